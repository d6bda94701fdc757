# SPDX-License-Identifier: GPL-2.0-only
"""cpio archives in the "newc" format (Documentation/driver-api/early-userspace/buffer-format.rst), uncompressed: an
emulated guest copies faster than it unpacks. Archives one after another make one initramfs, later files win."""
import os
import stat


class Archive:
    def __init__(self, file, into=""):
        """Members of trees go below `into`."""
        self._file = file
        self._inode = 0
        self._into = into

    def _member(self, name, mode, data=b"", device=(0, 0)):
        self._inode += 1
        encoded = name.encode() + b"\0"
        fields = (self._inode, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(encoded), 0)
        head = b"070701" + b"".join(b"%08X" % field for field in fields) + encoded
        self._file.write(head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4))

    def folder(self, name, mode=0o755):
        self._member(name, stat.S_IFDIR | mode)

    def text(self, name, data, mode=0o644):
        self._member(name, stat.S_IFREG | mode, data.encode() if isinstance(data, str) else data)

    def copy(self, name, source, mode=None):
        """A regular file from the host, with its mode unless another is given."""
        self.text(name, source.read_bytes(), stat.S_IMODE(source.stat().st_mode) if mode is None else mode)

    def link(self, name, target):
        self._member(name, stat.S_IFLNK | 0o777, target.encode())

    def console(self):
        """What the kernel opens for process 1 before there is a /dev: character device 5:1."""
        self.folder("dev")
        self._member("dev/console", stat.S_IFCHR | 0o600, device=(5, 1))

    def tree(self, root, skip=()):
        """Everything under root, folders before what is in them; `skip` names entries of root itself."""
        for folder, folders, files in os.walk(root):
            if folder == str(root):
                folders[:] = [name for name in folders if name not in skip]
                files = [name for name in files if name not in skip]
            folders.sort()
            for name in folders + sorted(files):
                path = os.path.join(folder, name)
                self._entry(os.path.join(self._into, os.path.relpath(path, root)), path)

    def _entry(self, name, path):
        mode = os.lstat(path).st_mode
        if stat.S_ISLNK(mode):
            self._member(name, mode, os.readlink(path).encode())
        elif stat.S_ISDIR(mode):
            self._member(name, mode)
        elif stat.S_ISREG(mode):
            with open(path, "rb") as file:
                self._member(name, mode, file.read())

    def end(self):
        self._inode = -1
        self._member("TRAILER!!!", 0)
        # The kernel wants the next archive at a multiple of four; a larger step keeps it page-aligned.
        self._file.write(b"\0" * (-self._file.tell() % 512))
