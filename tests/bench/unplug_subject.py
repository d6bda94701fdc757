# SPDX-License-Identifier: GPL-2.0-only
"""A guest that is asked to let its fast NIC go, in whatever state its failoverd is."""
import signal

from harness import places, wait
from harness.host import Host
from harness.migration import Migration
from harness.qemu import Machine
from harness.swap import Swappable

SWAP = 64  # MiB, of every guest
STATES = ("running", "stopped", "killed", "swapped")


class Subject:
    """A booted guest with one of the systems in it, the primary active."""

    def __init__(self, stack, system, kernel, nic, chosen):
        deb = (chosen.deb or places.package(chosen.build)) if system.packaged else None
        self.host = Host(Machine(kernel=kernel, primary=nic, deb=deb, build=chosen.build, swap=SWAP, **system.machine))
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
        took = EVENTS[event](self.host)
        self._daemon_back(state)
        if event == "unplug" or not self.host.machine.failover:
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
    return {"unplug_ms": host.unplug()}


def migrate(host):
    """There, and it stays there. Where QEMU does not know of failover, who manages it takes the NIC away first."""
    host.qemu.watch_letting_go()
    took = 0 if host.machine.failover else host.unplug()
    migration = Migration(host)
    waited = migration.waited_ms()
    if host.machine.failover:
        took = host.qemu.let_go_at() - migration.asked
    moved = migration.finish()
    return {"unplug_ms": took, "waited_ms": waited if host.machine.failover else took + waited,
            "total_ms": moved.total_ms, "stopped_ms": moved.stopped_ms}


EVENTS = {"unplug": unplug, "migrate": migrate}
