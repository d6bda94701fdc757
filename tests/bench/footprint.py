# SPDX-License-Identifier: GPL-2.0-only
"""What failoverd takes from a guest: memory, wake-ups, time at boot, and time to switch many masters at once."""
import argparse
import contextlib
import json
import pathlib
import sys
import time
from statistics import median

from bench import link_group
from bench.footprint_chart import svg
from bench.launch import Launch
from lab import kernel_settings
from lab.machine import describe
from lab.namespace import Namespace
from lab.tools import LabError, Tools, wait_for

TARGETS = {"rss_mib": 8, "idle_wakeups_per_s": 0, "ready_ms": 100, "switch_64_masters_ms": 100}
WORDS = {"rss_mib": "resident memory, idle, one master", "idle_wakeups_per_s": "wake-ups while nothing happens",
         "ready_ms": "exec to READY, first start, one master formed", "switch_64_masters_ms":
         "64 masters lose their primaries: first loss to last switch"}
UNITS = {"rss_mib": "MiB", "idle_wakeups_per_s": "/s", "ready_ms": "ms", "switch_64_masters_ms": "ms"}
MANY = 64
GROUP = 64  # the primaries' far ends, a link group


def options():
    parser = argparse.ArgumentParser(prog="scripts/bench footprint", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under a minute instead of three")
    parser.add_argument("--json", metavar="FILE", type=pathlib.Path)
    parser.add_argument("--svg", metavar="FILE", type=pathlib.Path)
    return parser.parse_args()


def primary(number):
    return f"fast{number}"


def config(count):
    """Masters eth0, eth1, ... of the NICs ethN (standby) and fastN (primary)."""
    return "".join(f'[[master]]\nname = "eth{number}"\nstandby = {{ name = "eth{number}" }}\n'
                   f'primary = {{ name = "{primary(number)}" }}\n' for number in range(count))


class Guest:
    """A guest with `count` pairs of NICs, cabled to a peer that says nothing."""

    def __init__(self, tools, count):
        self.tools = tools
        self.count = count
        self._stack = contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            stack.enter_context(kernel_settings.kept())
            self.guest, self.peer = Namespace("guest"), None
            stack.callback(self.guest.close)
            self.peer = Namespace("peer")
            stack.callback(self.peer.close)
            for side in (self.guest, self.peer):
                for scope in ("all", "default"):
                    side.sysctl(f"net.ipv6.conf.{scope}.disable_ipv6", 1)
            self._cable()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def _cable(self):
        lines = []
        for number in range(self.count):
            mac = f"52:54:00:79:00:{number:02x}"
            for near, far, group in ((f"eth{number}", f"s{number}", 0), (primary(number), f"p{number}", GROUP)):
                lines += [f"link add {far} type veth peer name {near} netns {self.guest.pid} address {mac}",
                          f"link set {far} up group {group}"]
        self._batch(self.peer, lines)
        self._batch(self.guest, [f"link set eth{number} up" for number in range(self.count)])

    @staticmethod
    def _batch(side, lines):
        side.path("/run/batch").write_text("\n".join(lines) + "\n")
        side.run("ip", "-batch", "/run/batch")

    def launch(self):
        launch = Launch(self.guest, self.tools, config(self.count))
        self._stack.callback(launch.kill)
        return launch

    def states(self):
        return json.loads(self.guest.run(self.tools.failoverctl(), "--json", "list"))["masters"]

    def all_active(self, name_of, seconds=60):
        """Waits until every master has the slave name_of(number) active; the states then."""
        wanted = {f"eth{number}": name_of(number) for number in range(self.count)}

        def arrived():
            states = self.states()
            return states if {state["name"]: state["active"] for state in states} == wanted else None

        return wait_for(arrived, f"{self.count} masters to be where they should", seconds, every=0.05)

    def lose_primaries(self):
        """(before, after), ns of CLOCK_BOOTTIME: when the first and the last primary lost carrier."""
        script = pathlib.Path(link_group.__file__)
        return map(int, self.peer.run("/usr/bin/python3", "-IS", script, GROUP).split())

    def regain_primaries(self):
        self._batch(self.peer, [f"link set p{number} up" for number in range(self.count)])


class Bench:
    def __init__(self, chosen):
        self._tools = Tools()
        self._starts, self._idle_s, self._losses = (3, 10, 2) if chosen.quick else (9, 30, 7)
        self._start = time.monotonic()
        self.result = {}

    def _say(self, line):
        print(f"{time.monotonic() - self._start:6.1f} s  {line}", file=sys.stderr, flush=True)

    def run(self):
        self._start_often()
        self._be_idle()
        self._switch_many()

    def _start_often(self):
        cold, warm = [], []
        for _ in range(self._starts):
            with Guest(self._tools, 1) as guest:
                first = guest.launch()
                cold.append(first.ready_ms)
                guest.all_active(primary)
                first.stop()
                warm.append(guest.launch().ready_ms)
            self._say(f"ready after {cold[-1]:.0f} ms, again after {warm[-1]:.0f} ms")
        self.result |= {"ready_ms": round(median(cold), 1), "ready_runs_ms": [round(value, 1) for value in cold],
                        "restart_ms": round(median(warm), 1), "restart_runs_ms": [round(value, 1) for value in warm]}

    def _be_idle(self):
        with Guest(self._tools, 1) as guest:
            launch = guest.launch()
            guest.all_active(primary)
            launch.settle()
            memory = launch.memory_mib()
            before = launch.wakeups()
            time.sleep(self._idle_s)  # what is measured, not a wait for something
            wakeups = launch.wakeups() - before
        self.result |= {"rss_mib": round(memory["VmRSS"], 2), "idle_wakeups_per_s": round(wakeups / self._idle_s, 3),
                        "rss_parts_mib": {key: round(value, 2) for key, value in memory.items() if key != "VmRSS"},
                        "idle_s": self._idle_s}
        self._say(f"{memory['VmRSS']:.2f} MiB ({memory['RssAnon']:.2f} of its own), "
                  f"{wakeups} wake-ups in {self._idle_s} s")

    def _switch_many(self):
        runs, taking = [], []
        with Guest(self._tools, MANY) as guest:
            launch = guest.launch()
            self._say(f"{MANY} masters formed, ready after {launch.ready_ms:.0f} ms")
            for number in range(self._losses):
                guest.all_active(primary)
                launch.settle()
                first, last = guest.lose_primaries()
                states = guest.all_active(lambda number: f"eth{number}")
                # `since` is the time of the switch from the kernel's table, in microseconds of the wall clock.
                wall = time.time_ns() - time.clock_gettime_ns(time.CLOCK_BOOTTIME)
                switched = [state["since"] * 1000 - wall for state in states]
                runs.append((max(switched) - first) / 1e6)
                taking.append((last - first) / 1e6)
                self._say(f"{MANY} masters switched in {runs[-1]:.1f} ms; the kernel took {taking[-1]:.1f} ms to take "
                          f"their carrier away, the first had switched after {(min(switched) - first) / 1e6:.1f} ms")
                if number + 1 < self._losses:
                    guest.regain_primaries()
            memory = launch.memory_mib()["VmRSS"]
        self.result |= {"switch_64_masters_ms": round(median(runs), 1),
                        "switch_64_masters_runs_ms": [round(value, 1) for value in runs],
                        "carrier_loss_64_took_ms": round(median(taking), 1), "rss_64_masters_mib": round(memory, 2)}


def judge(result):
    return {key: "met" if result[key] <= target else "missed" for key, target in TARGETS.items()}


def table(result):
    verdicts = judge(result)
    lines = [f"  {WORDS[key]:60}{result[key]:10.4g} {UNITS[key]:4} target <= {target:<6}{verdicts[key]}"
             for key, target in TARGETS.items()]
    further = {"restart, everything in the kernel already": f"{result['restart_ms']:10.4g} ms",
               "resident memory with 64 masters": f"{result['rss_64_masters_mib']:10.4g} MiB"}
    return "\n".join(lines + [f"  {words:60}{value}" for words, value in further.items()])


def main():
    chosen = options()
    bench = Bench(chosen)
    try:
        bench.run()
    except LabError as error:
        print(f"bench footprint: {error}", file=sys.stderr)
        return 2
    print("What failoverd takes\n")
    print(table(bench.result))
    result = {**bench.result, "targets": TARGETS, "verdicts": judge(bench.result),
              **describe("scripts/bench footprint")}
    if chosen.json:
        chosen.json.write_text(json.dumps(result, indent=1) + "\n")
    if chosen.svg:
        chosen.svg.write_text(svg(result, WORDS, UNITS))
    return int("missed" in result["verdicts"].values())


if __name__ == "__main__":
    sys.exit(main())
