# SPDX-License-Identifier: GPL-2.0-only
"""A guest that is a whole Debian 12: systemd, udev and networkd on a disk. It boots the same kernels as the small
guest, from an initramfs that hands over to systemd at once; NICs are found by udev, as on any system. Or, for stories
about the modules as a package, it boots all of its own: the kernel's package, and what initramfs-tools made."""
from dataclasses import dataclass
from pathlib import Path

from .. import places
from .archive import Archive
from .image import kernel_home, part
from .qemu import Machine

# What finding the disk takes; the rest is udev's work.
MODULES = ("virtio_pci", "virtio_blk", "ext4")
OWN_KERNELS = ("6.1", "6.12")  # those installed on the disk


@dataclass(frozen=True)
class OwnKernel(Machine):
    """A Debian that boots its own kernel by its own initramfs."""
    modules: str = "module"   # vf-failover-dkms is installed, or "purged": and was removed again


def own_kernel(machine, **changes):
    """That, of the machine that a story has; the standby offers failover."""
    return OwnKernel(**{**vars(machine), "failover": True, **changes})


class DebianImage:
    """As image.Image, and a disk. Guests write to overlays of it that nobody keeps."""

    modules = MODULES

    def __init__(self, machine, folder):
        self.initramfs = Path(folder) / "initramfs"
        if isinstance(machine, OwnKernel):
            self._of_its_own(machine)
        else:
            self._of_the_harness(machine)

    def _of_the_harness(self, machine):
        home = kernel_home(machine.kernel)
        self.release = (home / "release").read_text().strip()
        self.vmlinuz = home / "vmlinuz"
        self.disk = places.disk("installed" if machine.installed else "plain", machine.deb) / "disk"
        with open(self.initramfs, "wb") as file:
            write_first_steps(file, machine.build)
            file.write(part(home, under="tree/lib", into="usr/lib").read_bytes())

    def _of_its_own(self, machine):
        home = with_modules(machine.deb) / machine.modules
        self.release = (kernel_home(machine.kernel) / "release").read_text().strip()
        self.vmlinuz = home / f"vmlinuz-{self.release}"
        self.disk = home / "disk"
        with open(self.initramfs, "wb") as file:
            ahead = Archive(file)
            write_payload(ahead, machine.build)
            ahead.end()
            file.write((home / f"initrd.img-{self.release}").read_bytes())

    def drive(self):
        """Words for QEMU. No write needs to survive anything."""
        return ["-drive", f"if=none,id=disk,file={self.disk},format=raw,snapshot=on,cache=unsafe",
                "-device", "virtio-blk-pci,drive=disk"]


def with_modules(deb):
    """The directory that `vm-debian kernels` makes or finds."""
    return places.disk("kernels", deb, dkms_package(deb))


def dkms_package(deb):
    """The package with the modules, made together with the product's; one that is older than them would test the past."""
    found = sorted(deb.parent.glob("vf-failover-dkms_*.deb"), key=lambda path: path.stat().st_mtime)
    if not found:
        raise places.Missing(f"this story needs vf-failover-dkms, and there is none beside {deb}: cmake --build "
                             f"{deb.parent} --target package")
    sources = [path for path in (places.ROOT / "kmod").rglob("*") if path.suffix in (".c", ".h", ".in")]
    if any(source.stat().st_mtime > found[-1].stat().st_mtime for source in sources):
        raise places.Missing(f"{found[-1]} is older than kmod/: cmake --build {deb.parent} --target package")
    return found[-1]


def write_payload(archive, build):
    archive.folder("payload")
    archive.copy("payload/failover-agent", places.tool("failover-agent", build), 0o755)
    archive.copy("payload/failover-traffic", places.tool("failover-traffic-static", build), 0o755)


def write_first_steps(file, build):
    first = Archive(file)
    for folder in ("usr", "usr/bin", "usr/sbin", "usr/lib"):
        first.folder(folder)
    for folder in ("bin", "sbin", "lib"):
        first.link(folder, f"usr/{folder}")
    first.console()
    first.copy("usr/bin/busybox", places.setup("guest") / "usr/bin/busybox", 0o755)
    first.copy("init", places.IMAGE / "init-debian", 0o755)
    write_payload(first, build)
    first.end()
