# SPDX-License-Identifier: GPL-2.0-only
"""Kernel and initramfs of a guest: its userspace, its modules, the agent, and the product if there is a package,
our kernel modules and further programs if they are wanted."""
import fcntl
from pathlib import Path

from .. import places
from . import swap
from .archive import Archive


class Image:
    """Files for QEMU's -kernel and -initrd; the initramfs is written into `folder`."""

    def __init__(self, kernel, folder, deb=None, build=None, kmod=False, *, programs="", swap_megabytes=0):
        home = kernel_home(kernel)
        self.release = (home / "release").read_text().strip()
        self.vmlinuz = home / "vmlinuz"
        self.initramfs = Path(folder) / "initramfs"
        self._swap = Path(folder) / "swap" if swap_megabytes else None
        if self._swap:
            swap.make_disk(self._swap, swap_megabytes)
        with open(self.initramfs, "wb") as file:
            file.write(part(places.setup("guest"), skip=("recipe", "var")).read_bytes())
            # Modules keep to /usr/lib, because /lib is a link there.
            file.write(part(home, under="tree/lib", into="usr/lib").read_bytes())
            if programs:
                file.write(part(places.programs(programs), skip=("recipe", "bin", "sbin", "lib", "lib64")).read_bytes())
            if deb:
                file.write(part(places.setup("package", deb), skip=("recipe", "bin", "sbin", "lib", "lib64")).read_bytes())
            if kmod:
                # Over the kernel's own: depmod has made modules.dep anew, and prefers updates/.
                file.write(part(places.modules(kernel), under="tree/lib", into="usr/lib").read_bytes())
                write_kmod(file, build)
            write_own(file, build)

    def drive(self):
        """Words for QEMU."""
        return swap.words(self._swap) if self._swap else []


def kernel_home(kernel):
    """A version that vm-setup knows, or a directory of the same shape: vmlinuz, release, tree/lib/modules."""
    if "/" in str(kernel):
        home = Path(kernel)
        if not (home / "vmlinuz").exists():
            raise places.Missing(f"{home} holds no vmlinuz; a kernel directory holds vmlinuz, release and tree/lib/modules")
        return home
    return places.setup("kernel", kernel)


def part(home, under=".", into="", skip=()):
    """The archive of a directory of vm-setup, made again when the directory was."""
    recipe = home / "recipe"
    stamp = recipe.read_text() if recipe.exists() else str((home / "vmlinuz").stat().st_mtime_ns)
    archive, made = home.with_name(home.name + ".cpio"), home.with_name(home.name + ".cpio.recipe")
    with open(home.with_name(home.name + ".cpio.lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if archive.exists() and made.exists() and made.read_text() == stamp:
            return archive
        new = archive.with_suffix(".new")
        with open(new, "wb") as file:
            contents = Archive(file, into)
            contents.tree(home / under, skip)
            contents.end()
        new.rename(archive)
        made.write_text(stamp)
    return archive


def write_kmod(file, build):
    """What goes with our modules, and with stories about them."""
    archive = Archive(file)
    archive.copy("usr/bin/failover-listener", places.tool("failover-listener", build), 0o755)
    archive.folder("usr/lib/vf-failover")
    archive.copy("usr/lib/vf-failover/fom-netns", places.tool("fom-netns", build), 0o755)
    archive.end()


def write_own(file, build):
    """What changes from one run to the next."""
    own = Archive(file)
    own.console()
    own.copy("init", places.IMAGE / "init", 0o755)
    own.copy("usr/sbin/failover-agent", places.tool("failover-agent", build), 0o755)
    own.copy("usr/bin/failover-traffic", places.tool("failover-traffic-static", build), 0o755)
    own.end()
