# SPDX-License-Identifier: GPL-2.0-only
"""A guest that is asked to let its fast NIC go, in whatever state its failoverd is."""
import signal
import time

from harness import places, wait
from harness.machine.host import Host
from harness.machine.migration import BANDWIDTH, Migration
from harness.machine.qemu import Machine
from harness.machine.swap import Swappable

SLOW = 4 << 20  # bytes a second: not done before it is cancelled
SWAP = 64  # MiB, of every guest
STATES = ("running", "stopped", "killed", "swapped")


class Subject:
    """A booted guest with one of the systems in it, the primary active."""

    def __init__(self, stack, system, kernel, nic, chosen):
        deb = (chosen.deb or places.package(chosen.build)) if system.packaged else None
        self.host = Host(Machine(kernel=kernel, primary=nic, deb=deb, build=chosen.build, swap=SWAP, timed=True,
                                 **system.machine))
        stack.callback(self.host.close)
        self.system = system(self.host)
        # The module and the kernel's own driver have no daemon in these guests.
        self.states = STATES if system.packaged else STATES[:1]
        if system.packaged:
            self._swappable = Swappable(self.host.guest, "failoverd")
            self.system.product.kill()
            self.system.product.argv = self._swappable.argv
            self._start()

    def measure(self, event, state):
        """What it took, by name; all is as before when it returns."""
        try:
            return self._measure(event, state)
        except AssertionError as error:
            said = self.system.log() if self.system.packaged else ""
            if ended_by := self.host.qemu.crashed():
                said += f"\nQEMU was ended by {ended_by}: {self.host.qemu.complaints()}"
            raise AssertionError(f"{self.system.title}, {event}, failoverd {state}: {error}\nfailoverd's log:\n{said}\n"
                                 f"the guest's console:\n{self.host.qemu.console_tail()}") from error

    def _measure(self, event, state):
        daemon = self._daemon(state)
        took = DEEDS[event](self.host)
        self._daemon_back(state)
        if event == "unplug" or not self.host.machine.failover:  # else QEMU has done it
            self.host.plug()
        wait.until("the primary to carry again", lambda: self.system.active() == "primary", 60, 0.25)
        self.host.await_path("primary")
        return {**took, **daemon}

    def _daemon(self, state):
        """What there is to tell of it."""
        if state == "stopped":
            self._send(signal.SIGSTOP)
        elif state == "killed":
            self.system.product.kill()
        elif state == "swapped":
            had, left = self._swappable.put_out()
            return {"had_kib": had, "left_kib": left}
        return {}

    def _daemon_back(self, state):
        if state == "stopped":
            self._send(signal.SIGCONT)
        elif state == "killed":
            self._start()
        elif state == "swapped":
            self._swappable.bring_back()

    def _start(self):
        self.system.product.start()
        wait.until("failoverd to answer", lambda: self.system.product.control("version")["failoverd"], 20)

    def _send(self, number):
        self.host.guest.sh(f"kill -{number:d} $(pidof failoverd)")


def unplug(host):
    """And when QEMU reports it."""
    host.qemu.watch_letting_go()
    asked = time.time() * 1e3
    reported = host.unplug()
    return {"unplug_ms": host.qemu.let_go_at() - asked, "reported_ms": reported}


def migrate(host, end=Migration.cancel):
    """Up to where QEMU copies memory; the guest stays where its code has been translated, or one that came fresh would be
    compared with one that did not. Where QEMU does not know of failover, who manages it takes the NIC away first."""
    if host.machine.failover:
        host.qemu.watch_letting_go()
    else:
        before = unplug(host)
    migration = Migration(host, bandwidth=SLOW if end is Migration.cancel else BANDWIDTH)
    waited = migration.waited_ms()
    if host.machine.failover:
        let_go = host.qemu.let_go_at() - migration.asked
    else:
        let_go, waited = before["unplug_ms"] + waited, before["reported_ms"] + waited
    moved = end(migration)
    return {"unplug_ms": let_go, "waited_ms": waited, **(vars(moved) if moved else {})}


def move(host):
    """To the end."""
    return migrate(host, Migration.finish)


EVENTS = ("unplug", "migrate")  # in which the guest's part is measured
DEEDS = {"unplug": unplug, "migrate": migrate, "move": move}
