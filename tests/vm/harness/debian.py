# SPDX-License-Identifier: GPL-2.0-only
"""A guest that is a whole Debian 12: systemd, udev and networkd on a disk. It boots the same kernels as the small
guest, from an initramfs that hands over to systemd at once; NICs are found by udev, as on any system."""
from pathlib import Path

from . import places
from .archive import Archive
from .image import kernel_home, part

# What finding the disk takes; the rest is udev's work.
MODULES = ("virtio_pci", "virtio_blk", "ext4")


class DebianImage:
    """As image.Image, and a disk. Guests write to overlays of it that nobody keeps."""

    modules = MODULES

    def __init__(self, machine, folder):
        home = kernel_home(machine.kernel)
        self.release = (home / "release").read_text().strip()
        self.vmlinuz = home / "vmlinuz"
        self.disk = places.disk("installed" if machine.installed else "plain", machine.deb) / "disk"
        self.initramfs = Path(folder) / "initramfs"
        with open(self.initramfs, "wb") as file:
            write_first_steps(file, machine.build)
            file.write(part(home, under="tree/lib", into="usr/lib").read_bytes())

    def drive(self):
        """Words for QEMU. No write needs to survive anything."""
        return ["-drive", f"if=none,id=disk,file={self.disk},format=raw,snapshot=on,cache=unsafe",
                "-device", "virtio-blk-pci,drive=disk"]


def write_first_steps(file, build):
    first = Archive(file)
    for folder in ("usr", "usr/bin", "usr/sbin", "usr/lib", "payload"):
        first.folder(folder)
    for folder in ("bin", "sbin", "lib"):
        first.link(folder, f"usr/{folder}")
    first.console()
    first.copy("usr/bin/busybox", places.setup("guest") / "usr/bin/busybox", 0o755)
    first.copy("init", places.IMAGE / "init-debian", 0o755)
    first.copy("payload/failover-agent", places.tool("failover-agent", build), 0o755)
    first.copy("payload/failover-traffic", places.tool("failover-traffic-static", build), 0o755)
    first.end()
