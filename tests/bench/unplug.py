# SPDX-License-Identifier: GPL-2.0-only
"""How long a hypervisor waits for the guest: hot-unplug of the fast NIC and migration, from its wish until the guest has let
the NIC go, with failoverd running, stopped, killed and swapped out, beside the kernel's own net_failover.

The drivers' part is the same for all, and most of it. Guests of all systems stand at the same time and take turns, so
that what else this machine does falls on all alike. Of a migration only this part is the guest's: the rest is QEMU
copying memory, which is told and not judged.
"""
import argparse
import json
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from lab.machine import describe

from .downtime import KERNELS, NICS  # which also makes the stories' harness known
from .downtime_systems import Adopt, Ebpf, Kmod
from .unplug_subject import EVENTS, STATES, Subject
from .unplug_table import LONGER, PEER, missed, table

from harness.process import end_cleanly_on_sigterm  # pylint: disable=wrong-import-order

BOOTS, QUICK_BOOTS = 3, 2
ATTEMPTS = 2  # at each: the emulator has faults of its own (harness/machine/emulator.py)
ROUNDS, QUICK_ROUNDS = 4, 3
SYSTEMS = (PEER, Kmod, Ebpf, Adopt)


def options():
    parser = argparse.ArgumentParser(prog="scripts/bench unplug", description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--quick", action="store_true", help=f"kernel 6.12 and e1000e only, {QUICK_BOOTS} boots of {QUICK_ROUNDS} rounds")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the result there")
    parser.add_argument("--boots", type=int, help=f"of all guests (default {BOOTS}, quick: {QUICK_BOOTS})")
    parser.add_argument("--rounds", type=int, help=f"of all states in each boot (default {ROUNDS}, quick: {QUICK_ROUNDS})")
    parser.add_argument("--kernel", action="append", choices=KERNELS, help="may be repeated")
    parser.add_argument("--nic", action="append", choices=NICS, help="may be repeated")
    parser.add_argument("--event", action="append", choices=list(EVENTS), help="may be repeated")
    parser.add_argument("--system", action="append", choices=[system.key for system in SYSTEMS if system is not PEER],
                        help="beside net_failover; may be repeated")
    parser.add_argument("--failoverd", action="append", choices=STATES, help="may be repeated")
    parser.add_argument("--deb", type=Path, help="the product's package (default: the build tree's)")
    parser.add_argument("--build", type=Path, help="build tree with the tools (default $FAILOVER_BUILD or build/release)")
    chosen = parser.parse_args()
    chosen.kernel = chosen.kernel or (["6.12"] if chosen.quick else list(KERNELS))
    chosen.nic = chosen.nic or (["e1000e"] if chosen.quick else list(NICS))
    chosen.rounds = chosen.rounds or (QUICK_ROUNDS if chosen.quick else ROUNDS)
    chosen.boots = chosen.boots or (QUICK_BOOTS if chosen.quick else BOOTS)
    chosen.events = [event for event in EVENTS if event in (chosen.event or EVENTS)]
    chosen.systems = [system for system in SYSTEMS if system is PEER or system.key in (chosen.system or [system.key])]
    chosen.states = chosen.failoverd or STATES
    return chosen


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
                self._cell(kernel, nic)

    def _cell(self, kernel, nic):
        found = {}  # (event, system, state) -> what was measured, by name
        # One boot differs from the next by more than its rounds do.
        for number in range(1, self._chosen.boots + 1):
            for turn, run in self._attempt(kernel, nic, f"{nic}, {kernel}, boot {number} of {self._chosen.boots}"):
                keep(found.setdefault(turn, {}), run)
        for (event, system, state), took in found.items():
            base = median(found[event, PEER, STATES[0]]["unplug_ms"])
            self.rows.append({"kernel": kernel, "nic": nic, "event": event, "system": system.key, "title": system.title,
                              "failoverd": state if system.packaged else None, **took,
                              "longer_ms": median(took["unplug_ms"]) - base})

    def _attempt(self, kernel, nic, title):
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with ExitStack() as stack:
                    return self._boot(stack, kernel, nic, title)
            except AssertionError as error:
                self.say(f"{title}: attempt {attempt} of {ATTEMPTS} failed: {error}")
                if attempt == ATTEMPTS:
                    raise

    def _boot(self, stack, kernel, nic, title):
        """[(turn, what was measured in it by name)]"""
        chosen, measured = self._chosen, []
        subjects = {system: Subject(stack, system, kernel, nic, chosen) for system in chosen.systems}
        self.say(f"{title}: {len(subjects)} guests stand")
        turns = [(event, system, state) for event in chosen.events for system, subject in subjects.items()
                 for state in subject.states if not system.packaged or state in chosen.states]
        for number in range(chosen.rounds + 1):
            # There and back: what drifts while a round lasts falls on all alike.
            for event, system, state in turns[::1 if number % 2 else -1]:
                run = subjects[system].measure(event, state)
                if number > 0:  # in the first one the emulator translates what it has not seen yet
                    measured.append(((event, system, state), run))
            self.say(f"{title}: round {number} of {chosen.rounds}")
        for event, system, state in turns:
            if event == "migrate":
                moved = subjects[system].measure("move", state)
                measured.append(((event, system, state), {name: moved[name] for name in ("total_ms", "stopped_ms")}))
        return measured


def keep(kept, run):
    for name, value in run.items():
        kept.setdefault(name, []).append(value)


def main():
    chosen = options()
    end_cleanly_on_sigterm()
    bench = Bench(chosen)
    bench.run()
    table(bench.rows, sys.stdout)
    if chosen.json:
        chosen.json.parent.mkdir(parents=True, exist_ok=True)
        result = {"rows": bench.rows, "target_ms": LONGER, **describe("scripts/bench unplug")}
        chosen.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return int(any(map(missed, bench.rows)))


if __name__ == "__main__":
    sys.exit(main())
