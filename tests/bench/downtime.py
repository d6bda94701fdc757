# SPDX-License-Identifier: GPL-2.0-only
"""Packets lost when the fast NIC goes and returns: ours and what exists today, side by side, in emulated guests.

    peer -- br0 -- tap0 -- virtio-net      (standby) -+
              `--- tap1 -- e1000e, vmxnet3 (primary) -+- ours (kmod, ebpf, adopt) | net_failover | bonding | team

Guests run one after another, so that none disturbs another; what a run finds is kept when a later one fails.
"""
import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "vm"))
sys.dont_write_bytecode = True

from harness import places  # noqa: E402
from harness.evidence.judge import judge  # noqa: E402
from harness.machine.host import Host  # noqa: E402
from harness.machine.qemu import Machine  # noqa: E402
from harness.masters.aggregate import Absent  # noqa: E402
from harness.process import end_cleanly_on_sigterm  # noqa: E402
from lab.machine import describe  # noqa: E402

from . import downtime_chart, downtime_timeline  # noqa: E402
from .downtime_events import EVENTS, ROUND, Guest  # noqa: E402
from .downtime_systems import OURS, SYSTEMS, Adopt, Bond, EagerBond, Team  # noqa: E402
from .downtime_table import table  # noqa: E402

KERNELS, NICS = ("6.1", "6.12"), ("e1000e", "vmxnet3")
# A run is to take less than half an hour, a quick one less than six minutes, on a slow machine too. What peers lose is far from
# any bound: once is enough, and these systems with these NICs only, unless they are asked for; quickly, with every NIC but the
# first only what follows.
RUNS, PEERS_RUNS = 2, 1
# But who looks at the links every so many milliseconds may look just after a cut, or just before the next look: of one cut the
# verdict would be chance.
PEERS_CUTS = 4
WHOLE = {Team: NICS[:1]}
QUICK = {EagerBond: (), Team: (), Adopt: NICS[:1], Bond: NICS[:1]}
BRIEF = [(event, "both") for event in EVENTS if event != "migrate"]
ATTEMPTS = 2  # guests booted for one set of runs before it is given up


def options():
    parser = argparse.ArgumentParser(prog="scripts/bench downtime", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true",
                        help="kernel 6.12 only, each event once, without team and the second bond; with vmxnet3 the least")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the result there")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="draw there what was lost when, around each event")
    parser.add_argument("--bars", type=Path, metavar="FILE", help="draw there how much was lost")
    parser.add_argument("--from", type=Path, metavar="FILE", dest="source",
                        help="tell and draw what --json wrote there; no guest is booted")
    parser.add_argument("--runs", type=int, help=f"runs of each event (default {RUNS}, of the peers and quick: {PEERS_RUNS},"
                        f" in which a peer loses its link {PEERS_CUTS} times)")
    parser.add_argument("--kernel", action="append", choices=KERNELS, help="may be repeated")
    parser.add_argument("--nic", action="append", choices=NICS, help="may be repeated")
    parser.add_argument("--system", action="append", choices=[s.key for s in SYSTEMS], help="may be repeated")
    parser.add_argument("--event", action="append", choices=list(EVENTS), help="may be repeated; replug needs unplug")
    parser.add_argument("--deb", type=Path, help="the product's package (default: the build tree's)")
    parser.add_argument("--build", type=Path, help="build tree with the tools (default $FAILOVER_BUILD or build/release)")
    chosen = parser.parse_args()
    if chosen.source and chosen.json:
        parser.error("--from measures nothing that --json could write")
    chosen.quick = chosen.quick and not chosen.source
    chosen.kernel = chosen.kernel or (["6.12"] if chosen.quick else list(KERNELS))
    chosen.nic = chosen.nic or list(NICS)
    wanted = set(chosen.event or EVENTS)
    if len(wanted & {"unplug", "replug"}) == 1:
        parser.error("unplug and replug go together: each leaves what the other needs")
    chosen.round = [(event, traffic) for event, traffic in ROUND if event in wanted]
    seen_with = QUICK if chosen.quick else {} if chosen.source else WHOLE
    chosen.cells = [(system, kernel, nic) for kernel in chosen.kernel for nic in chosen.nic for system in SYSTEMS
                    if (system.key in chosen.system if chosen.system else nic in seen_with.get(system, NICS))]
    return chosen


def runs_of(chosen, system):
    return chosen.runs or (RUNS if system in OURS and not chosen.quick else PEERS_RUNS)


def times(chosen, system, event):
    """In a run."""
    return PEERS_CUTS if event == "carrier" and system not in OURS and not (chosen.quick or chosen.runs) else 1


def round_of(chosen, nic):
    return [what for what in chosen.round if not chosen.quick or nic == NICS[0] or what in BRIEF]


class Bench:
    """Boots guests and fills `rows`."""

    def __init__(self, chosen):
        self._chosen = chosen
        self._began = time.monotonic()
        self.found = {}   # (system, kernel, nic, event, traffic) -> [Measured]
        self.failed = []
        self.absent = []  # a line for each system that a kernel does not have

    def say(self, line):
        spent = int(time.monotonic() - self._began)
        print(f"{spent // 60:3d}:{spent % 60:02d}  {line}", file=sys.stderr, flush=True)

    def run(self):
        for cell in self._chosen.cells:
            self._cell(*cell)

    def _cell(self, system, kernel, nic):
        """All runs of one system on one kernel and NIC; a guest that fails is replaced once, for what is missing."""
        name = f"{system.title}, {nic}, {kernel}"
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._guest(system, kernel, nic, name)
                return
            except Absent as reason:
                self.say(f"{name}: left out: {reason}")
                self.absent.append(f"{name}: {reason}")
                return
            except Exception as error:  # pylint: disable=broad-except  # whatever it was, the other cells go on
                last = f"{type(error).__name__}: {error}"
                self.say(f"{name}: attempt {attempt} of {ATTEMPTS} failed: {last}")
        last = last.splitlines()[0]
        self.failed.append(f"{name}: {last}")

    def _guest(self, system, kernel, nic, name):
        chosen = self._chosen
        deb = (chosen.deb or places.package(chosen.build)) if system.packaged else None
        host = Host(Machine(kernel=kernel, primary=nic, deb=deb, build=chosen.build, **system.machine))
        try:
            self.say(f"{name}: booted in {host.boot_seconds:.0f} s")
            guest = Guest(host, system(host))
            kept_of = {what: self.found.setdefault((system.key, kernel, nic, *what), []) for what in round_of(chosen, nic)}
            # Events build on one another, so a replacement begins with the first run of which one is missing.
            first = min(len(kept) // times(chosen, system, event) for (event, _), kept in kept_of.items())
            for run in range(first, runs_of(chosen, system)):
                for (event, traffic), kept in kept_of.items():
                    wanted = times(chosen, system, event)
                    for one in range(run * wanted, (run + 1) * wanted):
                        measured = guest.measure(event, traffic)
                        if len(kept) <= one:
                            kept.append(measured)
                            self._tell(name, event, traffic, measured)
            judge(host.guest, host.qemu)
        finally:
            host.close()

    def _tell(self, name, event, traffic, measured):
        out = "" if traffic == "receive-only" else f", {measured.lost_out} out"
        back = "" if measured.back else "; traffic did not come back by itself"
        stop = f" of {measured.stopped_ms:.0f} ms stopped" if measured.stopped_ms else ""
        self.say(f"{name}: {event}, {traffic}: lost {measured.lost_in} in{out}{stop}{back}")

    def rows(self):
        rows = []
        for (system, kernel, nic, event, traffic), runs in self.found.items():
            if not runs:
                continue
            row = {"system": system, "kernel": kernel, "nic": nic, "event": event, "traffic": traffic}
            for key in asdict(runs[0]):
                row[key] = [asdict(run)[key] for run in runs]
            rows.append(row)
        return rows


def write(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(data, encoding="utf-8")


def measured(chosen):
    end_cleanly_on_sigterm()
    bench = Bench(chosen)
    try:
        bench.run()
    except (KeyboardInterrupt, SystemExit):  # what has been found by then is still told
        bench.failed.append("interrupted")
    result = {"rows": bench.rows(), "absent": bench.absent, "failed": bench.failed, **describe("scripts/bench downtime")}
    if chosen.json:
        write(chosen.json, json.dumps(result, indent=1) + "\n")
    return result


def earlier(chosen):
    """What was measured before, as far as it is asked for."""
    result = json.loads(chosen.source.read_text(encoding="utf-8"))
    cells = {(system.key, kernel, nic) for system, kernel, nic in chosen.cells}
    result["rows"] = [row for row in result["rows"] if (row["system"], row["kernel"], row["nic"]) in cells
                      and (row["event"], row["traffic"]) in chosen.round]
    if chosen.svg and not all("holes_in" in row for row in result["rows"]):
        sys.exit(f"scripts/bench downtime: {chosen.source} does not tell when packets were lost; of it only --bars can be drawn")
    return result


def main():
    chosen = options()
    result = earlier(chosen) if chosen.source else measured(chosen)
    rows = result["rows"]
    if rows:
        table(rows, result.get("absent", []), sys.stdout)
    if chosen.svg and rows:
        write(chosen.svg, downtime_timeline.svg(rows))
    if chosen.bars and rows:
        write(chosen.bars, downtime_chart.svg(rows))
    for line in result["failed"]:
        print(f"FAILED {line}", file=sys.stderr)
    return 1 if result["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
