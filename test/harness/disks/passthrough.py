"""A file system that passes everything on to the folder LIVE; the base of those that misbehave."""

import os

from fusepy import FuseOSError, Operations


class Passthrough(Operations):
    def __init__(self, live):
        self.live = live

    def _live(self, path):
        return self.live + path

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
        os.mkdir(self._live(path), mode)

    def rmdir(self, path):
        os.rmdir(self._live(path))

    def unlink(self, path):
        os.unlink(self._live(path))

    def rename(self, old, new):
        os.rename(self._live(old), self._live(new))

    def chmod(self, path, mode):
        os.chmod(self._live(path), mode)

    def chown(self, path, uid, gid):
        os.chown(self._live(path), uid, gid)

    def utimens(self, path, times=None):
        os.utime(self._live(path), times)

    def create(self, path, mode, fi=None):
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
        os.fsync(fh)

    def fsyncdir(self, path, datasync, fh):
        return 0
