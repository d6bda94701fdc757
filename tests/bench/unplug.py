# SPDX-License-Identifier: GPL-2.0-only
"""How long a hypervisor waits for the guest: hot-unplug of the fast NIC, from its wish until the guest has let go, with
failoverd running, stopped and killed, beside the kernel's own net_failover.

The drivers' part is the same for all, and most of it. Guests of all systems stand at the same time and take turns, so
that what else this machine does falls on all alike.
"""
import argparse
import json
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from lab.machine import describe

from .downtime import KERNELS, NICS  # which also makes the stories' harness known
from .downtime_systems import Adopt, Ebpf, Kmod, NetFailover

from harness import places, wait  # pylint: disable=wrong-import-order
from harness.host import Host  # pylint: disable=wrong-import-order
from harness.process import end_cleanly_on_sigterm  # pylint: disable=wrong-import-order
from harness.qemu import Machine  # pylint: disable=wrong-import-order

ROUNDS = 9
LONGER = 20  # ms that a guest with ours may take more than one without
PEER = NetFailover
SYSTEMS = (PEER, Kmod, Ebpf, Adopt)
STATES = ("running", "stopped", "killed")


def options():
    parser = argparse.ArgumentParser(prog="scripts/bench unplug", description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--quick", action="store_true", help="kernel 6.12 and e1000e only, three rounds")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the result there")
    parser.add_argument("--rounds", type=int, help=f"of all systems and states (default {ROUNDS}, quick: 3)")
    parser.add_argument("--kernel", action="append", choices=KERNELS, help="may be repeated")
    parser.add_argument("--nic", action="append", choices=NICS, help="may be repeated")
    parser.add_argument("--deb", type=Path, help="the product's package (default: the build tree's)")
    parser.add_argument("--build", type=Path, help="build tree with the tools (default $FAILOVER_BUILD or build/release)")
    chosen = parser.parse_args()
    chosen.kernel = chosen.kernel or (["6.12"] if chosen.quick else list(KERNELS))
    chosen.nic = chosen.nic or (["e1000e"] if chosen.quick else list(NICS))
    chosen.rounds = chosen.rounds or (3 if chosen.quick else ROUNDS)
    return chosen


class Subject:
    """A booted guest with one of the systems in it, the primary active."""

    def __init__(self, stack, system, kernel, nic, chosen):
        deb = (chosen.deb or places.package(chosen.build)) if system.packaged else None
        self.host = Host(Machine(kernel=kernel, primary=nic, deb=deb, build=chosen.build, **system.machine))
        stack.callback(self.host.close)
        self.system = system(self.host)
        # The module and the kernel's own driver have no daemon in these guests.
        self.states = STATES if system.packaged else STATES[:1]

    def unplug(self, state):
        """Milliseconds; all is as before when it returns."""
        try:
            return self._unplug(state)
        except AssertionError as error:
            said = self.system.log() if self.system.packaged else ""
            if ended_by := self.host.qemu.crashed():
                said += f"\nQEMU was ended by {ended_by}: {self.host.qemu.complaints()}"
            raise AssertionError(f"{self.system.title}, failoverd {state}: {error}\nfailoverd's log:\n{said}\n"
                                 f"the guest's console:\n{self.host.qemu.console_tail()}") from error

    def _unplug(self, state):
        self._daemon(state)
        took = self.host.unplug()
        self._daemon_back(state)
        self.host.plug()
        wait.until("the primary to carry again", lambda: self.system.active() == "primary", 60, 0.25)
        self.host.await_path("primary")
        return took

    def _daemon(self, state):
        if state == "stopped":
            self._send(signal.SIGSTOP)
        elif state == "killed":
            self.system.product.kill()

    def _daemon_back(self, state):
        if state == "stopped":
            self._send(signal.SIGCONT)
        elif state == "killed":
            self.system.product.start()
            wait.until("failoverd to answer", lambda: self.system.product.control("version")["failoverd"], 20)

    def _send(self, number):
        self.host.guest.sh(f"kill -{number:d} $(pidof failoverd)")


class Bench:
    def __init__(self, chosen):
        self._chosen = chosen
        self._began = time.monotonic()
        self.rows = []

    def say(self, line):
        spent = int(time.monotonic() - self._began)
        print(f"{spent // 60:3d}:{spent % 60:02d}  {line}", file=sys.stderr, flush=True)

    def run(self):
        for kernel in self._chosen.kernel:
            for nic in self._chosen.nic:
                with ExitStack() as stack:
                    self._cell(stack, kernel, nic)

    def _cell(self, stack, kernel, nic):
        subjects = {system: Subject(stack, system, kernel, nic, self._chosen) for system in SYSTEMS}
        self.say(f"{nic}, {kernel}: {len(subjects)} guests stand")
        took = {(system, state): [] for system, subject in subjects.items() for state in subject.states}
        for number in range(1, self._chosen.rounds + 1):
            for (system, state), kept in took.items():
                kept.append(subjects[system].unplug(state))
            self.say(f"{nic}, {kernel}: round {number} of {self._chosen.rounds}")
        base = median(took[PEER, STATES[0]])
        for (system, state), kept in took.items():
            self.rows.append({"kernel": kernel, "nic": nic, "system": system.key, "title": system.title, "failoverd":
                              state if system.packaged else None, "unplug_ms": kept, "longer_ms": median(kept) - base})


def table(rows):
    print("\nHot-unplug, from the hypervisor's wish until the guest has let the NIC go; medians")
    for kernel, nic in dict.fromkeys((row["kernel"], row["nic"]) for row in rows):
        print(f"\n{nic}, kernel {kernel}")
        for row in rows:
            if (row["kernel"], row["nic"]) != (kernel, nic):
                continue
            who = row["title"] + (f", failoverd {row['failoverd']}" if row["failoverd"] else "")
            verdict = "" if row["system"] == PEER.key else \
                f"  {row['longer_ms']:+6.1f}  target <= {LONGER}  {'met' if row['longer_ms'] <= LONGER else 'missed'}"
            print(f"  {who:<34}{median(row['unplug_ms']):7.1f} ms{verdict}")


def main():
    chosen = options()
    end_cleanly_on_sigterm()
    bench = Bench(chosen)
    bench.run()
    table(bench.rows)
    if chosen.json:
        chosen.json.parent.mkdir(parents=True, exist_ok=True)
        result = {"rows": bench.rows, "target_ms": LONGER, **describe("scripts/bench unplug")}
        chosen.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
