"""A file system under a virus scanner: `scanned.py LIVE RULE MOUNT`.

Whenever a block was written and closed, the scanner looks at it for as many seconds as the file RULE says, and who opens,
renames or removes it meanwhile is told EBUSY. `always` in RULE holds every block for good.
"""

import errno
import sys
import time

from fusepy import FUSE, FuseOSError

from passthrough import Passthrough


class Scanned(Passthrough):
    def __init__(self, live, rule):
        super().__init__(live)
        self.rule = rule
        self.looked_at = {}

    def _require(self, path):
        if not path.endswith('.blk'):
            return
        with open(self.rule) as file:
            rule = file.read()
        if rule == 'always' or time.monotonic() < self.looked_at.get(path, 0) + float(rule):
            raise FuseOSError(errno.EBUSY)

    def create(self, path, mode, fi=None):
        self._require(path)
        return super().create(path, mode, fi)

    def open(self, path, flags):
        self._require(path)
        return super().open(path, flags)

    def unlink(self, path):
        self._require(path)
        super().unlink(path)

    def rename(self, old, new):
        self._require(old)
        super().rename(old, new)

    def write(self, path, data, offset, fh):
        self.looked_at[path] = time.monotonic()
        return super().write(path, data, offset, fh)

    def release(self, path, fh):
        super().release(path, fh)
        if path in self.looked_at:
            self.looked_at[path] = time.monotonic()


if __name__ == '__main__':
    _, live_folder, rule_file, mount = sys.argv
    FUSE(Scanned(live_folder, rule_file), mount, foreground=True, nothreads=True)
