"""A file system that keeps only what was synced: `forgetful.py LIVE DURABLE MOUNT`.

What programs see lies in LIVE. A file's bytes reach DURABLE when the file is synced and not before; names (create, rename,
remove) reach it at once, which is the worst order a journalling file system may choose. A power cut leaves DURABLE.
"""

import os
import shutil
import sys

from fusepy import FUSE

from passthrough import Passthrough


class Forgetful(Passthrough):
    def __init__(self, live, durable):
        super().__init__(live)
        self.durable = durable

    def _durable(self, path):
        return self.durable + path

    def mkdir(self, path, mode):
        super().mkdir(path, mode)
        os.mkdir(self._durable(path), mode)

    def rmdir(self, path):
        super().rmdir(path)
        os.rmdir(self._durable(path))

    def unlink(self, path):
        super().unlink(path)
        os.unlink(self._durable(path))

    def rename(self, old, new):
        super().rename(old, new)
        os.rename(self._durable(old), self._durable(new))

    def chmod(self, path, mode):
        super().chmod(path, mode)
        os.chmod(self._durable(path), mode)

    def chown(self, path, uid, gid):
        super().chown(path, uid, gid)
        os.chown(self._durable(path), uid, gid)

    def create(self, path, mode, fi=None):
        os.close(os.open(self._durable(path), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode))
        return super().create(path, mode, fi)

    def fsync(self, path, datasync, fh):
        if os.path.exists(self._durable(path)):
            shutil.copyfile(self._live(path), self._durable(path))


if __name__ == '__main__':
    _, live_folder, durable_folder, mount = sys.argv
    FUSE(Forgetful(live_folder, durable_folder), mount, foreground=True, nothreads=True)
