# SPDX-License-Identifier: GPL-2.0-only
"""What a packet and a byte cost by our master, compared with the bare NIC and with other ways, on one CPU: in time on
this machine, or (--guest) in instructions in an emulated guest with a stock kernel; there also (--backend kmod) by our
kernel module, beside the kernel's own net_failover and bonding."""
import argparse
import contextlib
import json
import os
import pathlib
import sys
import time
from statistics import median, quantiles

from bench.datapath_chart import svg
from bench import datapath_guest_nics as nics
from bench import datapath_guest_rows as nic_rows
from bench.datapath_guest import KERNELS, Counted
from bench.datapath_variants import ALL, Absent, Pump
from lab.daemon import DaemonError
from lab.machine import describe
from lab.tools import LabError, Tools

ROUNDS = 6
METRICS = ("udp_tx", "udp_rx", "tcp_tx", "tcp_rx")
UNITS = {"udp": "{}/packet", "tcp": "{}/KiB"}
# Of our master, xdp = "auto".
TARGETS = {"udp_tx": 1.15, "udp_rx": 1.08, "tcp_tx": 1.05, "tcp_rx": 1.05}
JUDGED = "ebpf"


def options():
    parser = argparse.ArgumentParser(prog="scripts/bench datapath", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="about a minute instead of four")
    parser.add_argument("--json", metavar="FILE", type=pathlib.Path)
    parser.add_argument("--svg", metavar="FILE", type=pathlib.Path)
    parser.add_argument("--guest", metavar="KERNEL", choices=KERNELS,
                        help=f"count instructions in a guest with this kernel: {' or '.join(KERNELS)}; half a minute")
    parser.add_argument("--backend", choices=("ebpf", "kmod"), default="ebpf",
                        help="with --guest: ebpf over veth cables (default), or kmod over the guest's NICs; three minutes, --quick one")
    parser.add_argument("--cpu", type=int, default=max(os.sched_getaffinity(0)), help="CPU to measure on")
    chosen = parser.parse_args()
    if chosen.backend == "kmod" and not chosen.guest:
        parser.error("--backend kmod counts instructions in a guest: add --guest 6.1 or --guest 6.12")
    if chosen.backend == "kmod" and chosen.svg:
        parser.error("--svg draws the time of --backend ebpf, not the instructions of --backend kmod")
    return chosen


class Bench:
    """Each round opens fresh sockets and gives every variant many turns of a few milliseconds in rotation; its result
    is the median of the turns."""
    unit = "ns"

    def __init__(self, chosen):
        self._chosen = chosen
        self._start = time.monotonic()
        self.ratios = {}  # (variant, metric) -> one for each round
        self.costs = {}   # the same, in `unit`
        self.absent = {}  # variant -> reason
        self.kernel = ""  # the guest's

    def _say(self, line):
        print(f"{time.monotonic() - self._start:6.1f} s  {line}", file=sys.stderr, flush=True)

    def _rounds(self, count, measure):
        """measure(metric): variant -> costs, turn by turn."""
        for number in range(count):
            for metric in METRICS:
                self._add(metric, measure(metric))
            self._say(f"round {number + 1} of {count}, {JUDGED}: " + ", ".join(
                f"{metric} {self.ratios[JUDGED, metric][-1]:.3f}" for metric in METRICS))

    def run(self):
        rounds, turns = (6, 40) if self._chosen.quick else (15, 100)
        pump = Pump(Tools(), self._chosen.cpu)
        with contextlib.ExitStack() as stack:
            standing = []
            for kind in ALL:
                try:
                    standing.append(stack.enter_context(kind(Tools())))
                    self._say(f"{kind.name}: {kind.words}, stands")
                except Absent as reason:
                    self.absent[kind.name] = str(reason)
                    self._say(f"{kind.name}: {reason}")
            self._rounds(rounds, lambda metric: pump.measure(metric, standing, turns))

    def _add(self, metric, costs):
        for name, values in costs.items():
            self.costs.setdefault((name, metric), []).append(median(values))
            # A ratio is taken turn by turn: its two sides are milliseconds apart and saw the same machine.
            self.ratios.setdefault((name, metric), []).append(
                median(value / raw for value, raw in zip(values, costs["raw"], strict=True)))

    def rows(self):
        for (name, metric), ratios in self.ratios.items():
            low, _, high = quantiles(ratios, n=4)
            row = {"variant": name, "metric": metric, "ratio_to_raw": round(median(ratios), 3), "rounds": len(ratios),
                   "quartiles": [round(low, 3), round(high, 3)],
                   "cost": round(cost_of(metric, median(self.costs[name, metric])), 1),
                   "unit": UNITS[metric.split("_")[0]].format(self.unit)}
            if name == JUDGED:
                row |= {"target": TARGETS[metric], "verdict": verdict(row["ratio_to_raw"], low, TARGETS[metric])}
            yield row


class NicBench(Bench):
    """Each system has boots of its own: a round is a boot of each."""
    unit = "insn"

    def run(self):
        for number in range(1 if self._chosen.quick else 3):
            for kind in nics.ALL:
                with kind(self._chosen.guest) as system:
                    self.kernel = system.kernel
                    for metric in nic_rows.METRICS:
                        self.costs.setdefault((kind.name, metric), []).append(system.measure(metric))
                self._say(f"boot {number + 1}, {kind.words}: " + ", ".join(
                    f"{metric} {self.costs[kind.name, metric][-1]:.1f}" for metric in nic_rows.METRICS))

    def rows(self):
        return nic_rows.rows_of(self.costs)


class CountingBench(Bench):
    """In the guest an instruction is a nanosecond, so few turns say it all."""
    unit = "insn"

    def run(self):
        self._say(f"booting a guest with {self._chosen.guest}")
        with Counted(self._chosen.guest) as guest:
            self.kernel = guest.kernel
            self._say(f"{guest.kernel}: our master sends by {guest.hook}")
            self._rounds(ROUNDS, lambda metric: guest.measure(metric, 6))


def cost_of(metric, nanoseconds):
    return nanoseconds * 1024 if metric.startswith("tcp") else nanoseconds


def verdict(ratio, low, target):
    if ratio <= target:
        return "met"
    return "missed" if low > target else "missed narrowly"


def table(rows, absent):
    found = {(row["variant"], row["metric"]): row for row in rows}
    lines = [f"  {'':14}" + "".join(f"{metric:>24}" for metric in METRICS)]
    for name in dict.fromkeys(row["variant"] for row in rows):
        cells = [found[name, metric] for metric in METRICS]
        lines.append(f"  {name:14}" + "".join(
            f"{cell['cost']:,.0f} {cell['unit']}".rjust(24) if name == "raw" else
            f"{cell['ratio_to_raw']:.3f} ({cell['quartiles'][0]:.2f}-{cell['quartiles'][1]:.2f})".rjust(24)
            for cell in cells))
        if name == JUDGED:
            for title, key in (("target", "target"), ("", "verdict")):
                lines.append(f"    {title:12}" + "".join(
                    (f"<= {cell[key]}" if key == "target" else cell[key]).rjust(24) for cell in cells))
    lines += [f"  {name:14}{reason}" for name, reason in absent.items()]
    return "\n".join(lines)


def main():
    chosen = options()
    by_nics = chosen.backend == "kmod"
    bench = (NicBench if by_nics else CountingBench if chosen.guest else Bench)(chosen)
    try:
        bench.run()
    except (LabError, DaemonError, AssertionError) as error:  # of the lab, and of the guests' harness
        print(f"bench datapath: {error}", file=sys.stderr)
        return 2
    rows = list(bench.rows())
    where = f"instructions in a guest with {bench.kernel}" if chosen.guest else "time on this machine"
    if by_nics:
        print(f"Instructions a UDP packet of 18 bytes, sent and received in a guest with {bench.kernel};\n"
              "in brackets the ratio to the bare NIC\n")
        print(nic_rows.table(rows))
    else:
        print("Cost by the way a packet or byte takes, sender, path and receiver on one CPU,\n"
              f"in {where}; ratio to the bare NIC\n(median of rounds in turns, in brackets the middle half of them)\n")
        print(table(rows, bench.absent))
    result = {"rows": rows, "absent": bench.absent, **describe("scripts/bench datapath")}
    if chosen.guest:
        result |= {"kernel": bench.kernel, "unit": bench.unit}
    if chosen.json:
        chosen.json.write_text(json.dumps(result, indent=1) + "\n")
    if chosen.svg:
        chosen.svg.write_text(svg(rows, result["machine"], result["kernel"]))
    return int(any(row.get("verdict") == "missed" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
