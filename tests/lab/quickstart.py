# SPDX-License-Identifier: GPL-2.0-only
"""The main job in a lab of namespaces, told as a timeline. scripts/quickstart prepares and starts it."""
import argparse
import json
import pathlib
import sys
import time

from lab.daemon import DaemonError
from lab.lab import Lab
from lab.machine import describe
from lab.telling import Telling
from lab.tools import LabError, wait_for

# What is promised for each event: lost packets each way, at 10,000 packets/s. The kernel moves on at the first packet
# that cannot go by the old slave, so only what was already on its way may be lost.
BOUNDS = {"carrier-loss": 5, "unplug": 5, "return": 0, "daemon-killed": 0, "pull-while-dead": 5}
# How many packets each way make an event's window, beyond the time until traffic passes again.
WINDOW_S = 0.5


class Quickstart:
    def __init__(self, lab, options, telling):
        self._lab = lab
        self._with_failover = not options.plain
        self._pps = options.pps
        self._tell = telling
        self.events = []
        self.extra = []

    def run(self):
        lab = self._lab
        self._start()
        self._traffic = lab.traffic(self._pps, stream=True)
        self._tell.begin()
        self._watch("start", "traffic flows", lambda: None, "primary")
        self._watch("carrier-loss", "the primary's link goes dark", lambda: lab.carrier_off("primary"), "standby")
        self._watch("carrier-back", "the link comes back", lambda: lab.carrier_on("primary"), "primary")
        self._watch("unplug", "the hypervisor pulls the primary out", lambda: lab.unplug("primary"), "standby")
        self._watch("return", "and plugs a new one in", self._plug_primary, "primary")
        if self._with_failover:
            self._watch("daemon-killed", "kill -9 failoverd", lab.daemon.kill, "primary")
            self._watch("pull-while-dead", "the primary is pulled, no daemon alive", lambda: lab.unplug("primary"),
                        "standby")
            self._watch("restart", "failoverd starts again", lab.daemon.start, "standby")
            self._watch("return-after-restart", "the primary is plugged in", self._plug_primary, "primary")
        return self._finish()

    def _start(self):
        lab = self._lab
        if not self._with_failover:
            self._tell.say("A guest without failover: its address is on the fast NIC.")
            return
        before = lab.guest.links()
        lab.daemon.start()
        lab.daemon.master.expect(active="primary")
        self._tell.say(f"failoverd took over: the guest's devices were {', '.join(before)}, "
                       f"now they are {', '.join(lab.guest.links())}.")

    def _plug_primary(self):
        self._lab.plug("primary")
        if not self._with_failover:  # somebody has to give the new NIC its address back
            self._lab.configure_guest()

    def _watch(self, event, sentence, act, path):
        """Lets one thing happen under traffic; counts what is lost until traffic is steady on `path` again."""
        self._traffic.loss(0.2)  # the window begins here
        at = self._tell.clock()
        act()
        carrying = self._settle(path)
        self._traffic.pass_packets(int(self._pps * WINDOW_S))
        loss = self._traffic.loss(10 if self._with_failover else 0.2)
        record = {"event": event, "at_s": round(at, 3), "lost_in": loss.lost_in, "lost_out": loss.lost_out,
                  "gap_in_ms": round(loss.gap_in_ms, 3), "gap_out_ms": round(loss.gap_out_ms, 3),
                  "carries_in": carrying.get("in"), "carries_out": carrying.get("out"), "expected": path,
                  "switch": self._switch()}
        (self.events if event in BOUNDS else self.extra).append(record)
        self._tell.event(record, sentence, BOUNDS.get(event))

    def _settle(self, path):
        """Waits until both directions pass by the NIC they should; without failover they never do."""
        seen = {}

        def settled():
            nonlocal seen
            seen = self._lab.carrying(packets=max(50, self._pps // 50), seconds=1)
            return seen == {"in": path, "out": path}

        try:
            wait_for(settled, f"traffic on the {path}", 10 if self._with_failover else 1)
        except LabError:
            pass  # told as it is: the record names the path that carries
        return seen

    def _switch(self):
        """The switch as failoverctl tells it, daemon or none."""
        if not self._with_failover:
            return None
        try:
            return self._lab.daemon.master.state()["last"]
        except (DaemonError, LabError, KeyError, IndexError):
            return None

    def _finish(self):
        links = self._lab.guest.links()
        listing = self._lab.guest.run("ip", "-brief", "link")
        sent = self._traffic.total()
        loss, streams = self._traffic.stop(2)
        result = {"visible_links": links, "tcp_resets": sum(stream["resets"] for stream in streams),
                  "tcp_wrong_bytes": sum(stream["bytes_wrong"] for stream in streams),
                  "tcp_bytes": sum(stream["bytes_received"] for stream in streams),
                  "tcp_longest_stall_ms": max(stream["longest_stall_ms"] for stream in streams),
                  "sent_in": sent["in"][0], "sent_out": sent["out"][0], "lost_at_the_end": loss.lost_in + loss.lost_out,
                  "events": self.events, "other_events": self.extra}
        return result, listing


def judge(result, master="eth0"):
    """Everything that was not as promised, as sentences."""
    faults = []
    for record in result["events"] + result["other_events"]:
        bound = BOUNDS.get(record["event"], 0)
        for way in ("in", "out"):
            if record[f"lost_{way}"] > bound:
                faults.append(f"{record['event']}: {record[f'lost_{way}']} packets lost {way}, {bound} allowed")
            if record[f"carries_{way}"] != record["expected"]:
                path = record[f"carries_{way}"]
                goes = f"goes by the {path}" if path else "does not pass"
                faults.append(f"{record['event']}: traffic {way} {goes}, it should by the {record['expected']}")
    if result["lost_at_the_end"]:
        faults.append(f"{result['lost_at_the_end']} packets lost while nothing happened")
    if result["tcp_resets"]:
        faults.append(f"the TCP stream broke {result['tcp_resets']} times")
    if result["tcp_wrong_bytes"]:
        faults.append(f"{result['tcp_wrong_bytes']} bytes of the TCP stream were wrong")
    if sorted(result["visible_links"]) != sorted(["lo", master]):
        faults.append(f"the guest's users see {', '.join(result['visible_links'])} instead of lo and {master} alone")
    return faults


def main():
    parser = argparse.ArgumentParser(prog="scripts/quickstart")
    parser.add_argument("--json", metavar="FILE", type=pathlib.Path)
    parser.add_argument("--pps", type=int, default=10_000)
    parser.add_argument("--plain", action="store_true")
    options = parser.parse_args()
    telling = Telling(sys.stdout, options.pps)
    start = time.monotonic()
    try:
        with Lab(user="eth1" if options.plain else "eth0") as lab:
            story = Quickstart(lab, options, telling)
            try:
                result, listing = story.run()
            except (DaemonError, LabError):
                telling.say(f"failoverd said:\n{lab.daemon.log().strip() or '(nothing)'}")
                raise
    except (DaemonError, LabError) as error:
        telling.broken(error)
        return 2
    faults = judge(result)
    result |= {"faults": faults, "seconds": round(time.monotonic() - start, 1), **describe("scripts/quickstart")}
    telling.end(result, listing, faults)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
