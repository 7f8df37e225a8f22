"""A file system that keeps only what was synced: `forgetful.py LIVE DURABLE MOUNT`.

What programs see lies in LIVE. A file's bytes reach DURABLE when the file is synced and not before; names (create, rename,
remove) reach it at once, which is the worst order a journalling file system may choose. A power cut leaves DURABLE.
"""

import os
import shutil
import sys

from fusepy import FUSE, FuseOSError, Operations


class Forgetful(Operations):
    def __init__(self, live, durable):
        self.live, self.durable = live, durable

    def _live(self, path):
        return self.live + path

    def _durable(self, path):
        return self.durable + path

    def access(self, path, mode):
        if not os.access(self._live(path), mode):
            raise FuseOSError(13)

    def getattr(self, path, fh=None):
        found = os.lstat(self._live(path))
        names = ('st_atime', 'st_ctime', 'st_gid', 'st_mode', 'st_mtime', 'st_nlink', 'st_size', 'st_uid')
        return {name: getattr(found, name) for name in names}

    def readdir(self, path, fh):
        return ['.', '..', *os.listdir(self._live(path))]

    def statfs(self, path):
        found = os.statvfs(self._live(path))
        return {name: getattr(found, name) for name in ('f_bavail', 'f_bfree', 'f_blocks', 'f_bsize', 'f_files', 'f_ffree', 'f_frsize', 'f_namemax')}

    def mkdir(self, path, mode):
        for place in (self._live(path), self._durable(path)):
            os.mkdir(place, mode)

    def rmdir(self, path):
        for place in (self._live(path), self._durable(path)):
            os.rmdir(place)

    def unlink(self, path):
        for place in (self._live(path), self._durable(path)):
            os.unlink(place)

    def rename(self, old, new):
        os.rename(self._live(old), self._live(new))
        os.rename(self._durable(old), self._durable(new))

    def chmod(self, path, mode):
        for place in (self._live(path), self._durable(path)):
            os.chmod(place, mode)

    def chown(self, path, uid, gid):
        for place in (self._live(path), self._durable(path)):
            os.chown(place, uid, gid)

    def utimens(self, path, times=None):
        os.utime(self._live(path), times)

    def create(self, path, mode, fi=None):
        os.close(os.open(self._durable(path), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode))
        return os.open(self._live(path), os.O_RDWR | os.O_CREAT | os.O_TRUNC, mode)

    def open(self, path, flags):
        # The kernel reads pages to fill them, also for who only writes.
        return os.open(self._live(path), os.O_RDWR if flags & (os.O_WRONLY | os.O_RDWR) else os.O_RDONLY)

    def read(self, path, length, offset, fh):
        return os.pread(fh, length, offset)

    def write(self, path, data, offset, fh):
        return os.pwrite(fh, data, offset)

    def truncate(self, path, length, fh=None):
        os.truncate(self._live(path), length)

    def flush(self, path, fh):
        return 0

    def release(self, path, fh):
        os.close(fh)

    def fsync(self, path, datasync, fh):
        if os.path.exists(self._durable(path)):
            shutil.copyfile(self._live(path), self._durable(path))

    def fsyncdir(self, path, datasync, fh):
        return 0


if __name__ == '__main__':
    _, live_folder, durable_folder, mount = sys.argv
    FUSE(Forgetful(live_folder, durable_folder), mount, foreground=True, nothreads=True)
