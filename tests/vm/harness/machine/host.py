# SPDX-License-Identifier: GPL-2.0-only
"""The hypervisor's side as a story sees it: NICs pulled and plugged, links cut, traffic started."""
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from .. import wait
from ..evidence.stream import GuestSide, PeerSide, Stream
from ..network.dhcp import Dhcp
from ..network.fabric import GUEST, PEER, Fabric
from .debian import DebianImage
from .emulator import stopped_at_boot
from .guest import Guest
from .image import Image
from .qemu import Qemu
from .qmp import reported_at

FOLDERS = "vf-failover-vm-"


class Overslept(AssertionError):
    """The emulator stopped a guest while it booted."""


def sweep():
    """Folders of runs that were killed too hard to clean up: their names carry the process that is gone."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDERS}*-*"):
        pid = folder.name.removeprefix(FOLDERS).split("-")[0]
        if not Path(f"/proc/{pid}").exists():
            shutil.rmtree(folder, ignore_errors=True)


class Host:
    """Boots one machine; close() leaves nothing behind."""

    def __init__(self, machine, terminal=False):
        self.machine = machine
        self._port = 7000
        self._others = 0
        self._qemu = self.fabric = self.dhcp = None
        # What became of the primary's path, and when by time.monotonic_ns(), oldest first: "away", "back", and "stopped" where
        # the guest moved.
        self.moments = []
        self.streams = []
        sweep()
        self.folder = Path(tempfile.mkdtemp(prefix=f"{FOLDERS}{os.getpid()}-"))
        try:
            self._image = self._make_image()
            self.fabric = Fabric(machine.queues)
            if machine.system == "debian":
                self.dhcp = Dhcp(self.fabric, self.folder)
            began = time.monotonic()
            self._qemu = Qemu(machine, self._image, self.fabric, self.folder, terminal)
            self.qmp = self._qemu.qmp
            self.guest = Guest(self._qemu)
            self._await_boot()
            self.boot_seconds = time.monotonic() - began
        except BaseException as error:
            if self._qemu:
                error.args = (f"{error}\nthe console's last lines:\n{self._qemu.console_tail()}",)
            self.close()
            raise

    def _await_boot(self):
        try:
            self._qemu.agent.await_hello(self._qemu.machine.boot_seconds, self._qemu.alive)
        except wait.TooLate as late:
            if why := stopped_at_boot(self):
                raise Overslept(f"{late}: {why}") from late
            raise

    def _make_image(self):
        machine = self.machine
        if machine.system == "debian":
            return DebianImage(machine, self.folder)
        return Image(machine.kernel, self.folder, machine.deb, machine.build, machine.kmod, programs=machine.programs,
                     swap_megabytes=machine.swap)

    @property
    def qemu(self):
        return self._qemu

    def happens(self, what, role="primary", ns=None):
        """Now, or then."""
        if role == "primary":
            self.moments.append((what, time.monotonic_ns() if ns is None else ns))

    def unplug(self, role="primary", seconds=30):
        """Pull a NIC, as a hypervisor does before it migrates; returns when it is gone, with the milliseconds that the
        guest took to let it go."""
        since = self.qmp.mark()
        asked = time.time() * 1e3
        self.happens("away", role)
        self.qmp.do("device_del", id=role)
        deleted = self.qmp.await_event("DEVICE_DELETED", since, self.machine.patience(seconds), device=role)
        return reported_at(deleted) - asked

    def plug(self, role="primary"):
        """Give a NIC (back)."""
        self.happens("back", role)
        self.qmp.do("device_add", **self._qemu.nic(role))

    def carrier(self, role, up):
        """Cut or mend the cable. On the tap, not on the NIC: there QEMU would queue frames and deliver them later."""
        self.happens("back" if up else "away", role)
        self.qmp.do("set_link", name=self.fabric.taps[role], up=up)

    def other(self, machine):
        """A second hypervisor on the same fabric, which waits for the guest. Whoever asks ends it, or moves to it."""
        self._others += 1
        folder = self.folder / f"hypervisor-{self._others}"
        folder.mkdir()
        return Qemu(machine, self._image, self.fabric, folder, taps=self.fabric.other_taps(), incoming=True)

    def moved_to(self, qemu, taps):
        """The guest runs there now."""
        left, self._qemu, self.qmp, self.machine = self._qemu, qemu, qemu.qmp, qemu.machine
        self.fabric.taps = taps
        self.guest.moved_to(qemu)
        left.close()

    def reset(self):
        """As by the machine's button; returns when the guest has booted again."""
        self.qmp.do("system_reset")
        self.guest.agent.await_hello(self._qemu.machine.boot_seconds, self._qemu.alive)

    def freeze(self):
        self.qmp.do("stop")

    def thaw(self):
        self.qmp.do("cont")

    def reaches(self, address=PEER):
        """One echo request from the guest is answered."""
        return self.guest.run("ping", "-c1", "-W1", address, check=False).rc == 0

    def await_answer(self, role, seconds=20):
        """The peer reaches the guest, and the fabric has seen it answer by this NIC. No program is started in the guest,
        which takes a second on a kernel that checks itself."""
        def answered():
            asked = self.fabric.peer.start("ping", "-q", "-c1", "-W1", GUEST, stdout=subprocess.DEVNULL)
            return asked.wait(10) == 0
        wait.until(f"the guest to answer by its {role}", lambda: answered() and self.fabric.port_of() == role, seconds)

    def await_path(self, role, seconds=20):
        """The guest reaches the peer, and the fabric has seen it do so by this NIC."""
        wait.until(f"the guest to be reached by its {role}", lambda: self.reaches() and self.fabric.port_of() == role,
                   seconds)

    def stream(self, both_ways=True, pps=1000):
        """Start traffic and see it arrive. Addresses are resolved first: what a cold neighbour table loses is not
        the failover's."""
        wait.until("the guest to reach the peer", self.reaches, 20)
        self._port += 2
        peer = PeerSide(self.fabric.peer, self.folder, self.machine.build)
        self.streams.append(Stream(peer, GuestSide(self.guest), self.machine.pace(pps), both_ways, self._port))
        return self.streams[-1].flows()

    def lost(self):
        """A line for each hole in the streams that have been judged."""
        return [line for stream in self.streams for line in stream.placed_beside(self.moments)]

    def close(self):
        if self._qemu:
            self._qemu.close()
        if self.dhcp:
            self.dhcp.close()
        if self.fabric:
            self.fabric.close()
        shutil.rmtree(self.folder, ignore_errors=True)
