# SPDX-License-Identifier: GPL-2.0-only
"""Numbered UDP streams between the peer and the guest, judged by the numbers that never came. The contract of the
program is in tests/tools/traffic."""
import json
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from .. import places, process, wait
from ..network.fabric import GUEST, PEER
from . import holes

PROGRAM = "/usr/bin/failover-traffic"

# Of a stream of 1,000 a second, until a lost link is known by its interrupt: e1000e's driver does not tell of it before 4 ms.
SENT_UNKNOWN = 3


@dataclass(frozen=True)
class Flow:
    """What became of one direction."""
    sent: int
    received: int
    lost: int
    duplicates: int
    reordered: int
    longest_gap_ms: float
    ranges: tuple  # (first, last) numbers lost, the tail after the highest one included
    send_errors: int
    holes: tuple = ()  # for each of the ranges, when its first and its last packet were sent: see holes.py

    @property
    def longest(self):
        """Packets of the longest hole: how long the path was out, in intervals between packets."""
        return max((last - first + 1 for first, last in self.ranges), default=0)

    @property
    def tail(self):
        """Packets lost at the very end, after which none came."""
        return sum(last - first + 1 for first, last in self.ranges if last == self.sent - 1)

    def lost_between(self, first, end):
        """Packets lost of those with numbers from first up to, but not with, end; None: no end."""
        end = self.sent if end is None else end
        return sum(max(0, min(last + 1, end) - max(start, first)) for start, last in self.ranges)

    def __str__(self):
        return (f"{self.lost} of {self.sent} lost in {len(self.ranges)} holes, {self.duplicates} duplicates, "
                f"{self.reordered} late, longest gap {self.longest_gap_ms:.0f} ms, {self.send_errors} not sent")


def flow_of(sender, receiver, placed=()):
    """Sender's and receiver's reports make one judgement: what follows the highest number that came is lost too."""
    ranges = [tuple(pair) for pair in receiver["lost"]]
    if receiver["highest"] + 1 < sender["sent"]:
        ranges.append((receiver["highest"] + 1, sender["sent"] - 1))
    if receiver.get("socket_drops"):
        raise AssertionError(f"the receiver itself dropped {receiver['socket_drops']} packets: this machine is too "
                             "loaded for the measurement to mean anything")
    lost = sum(last - first + 1 for first, last in ranges)
    assert lost + receiver["received"] == sender["sent"], f"the reports contradict each other: {sender} {receiver}"
    return Flow(sender["sent"], receiver["received"], lost, receiver["duplicates"], receiver["reordered"],
                receiver["longest_gap_ms"], tuple(ranges), sender["errors"], placed)


class PeerSide:
    """The program in the peer's namespace."""

    def __init__(self, namespace, folder, build):
        self._namespace = namespace
        self._folder = Path(folder)
        self._program = places.tool("failover-traffic-static", build)

    def start(self, verb, name, *words):
        notes = self._folder / f"{name}.notes"
        notes.unlink(missing_ok=True)  # it is written to at its end
        if verb == "receive":
            words += "--timeline", notes
        return _PeerProgram(self._namespace.start(*process.AHEAD, self._program, verb, "--json",
                                                  self._folder / name, *words), self._folder / name, notes)


class _PeerProgram:
    def __init__(self, running, report, notes):
        self._process = running
        self._report = report
        self._notes = notes

    def report(self):
        return json.loads(self._report.read_text()) if self._report.exists() else None

    def notes(self):
        """Of a receiver: what it wrote down of each hole when it met it, by this machine's clock."""
        return [json.loads(line) for line in self._notes.read_text().splitlines()]

    def send_signal(self, number):
        self._process.send_signal(number)

    def stop(self):
        code = process.end(self._process)
        assert code == 0, f"the peer's failover-traffic ended with exit code {code}"
        return self.report()


class GuestSide:
    """The program in the guest."""

    def __init__(self, guest):
        self._guest = guest

    def start(self, verb, name, *words):
        path = f"/run/{name}"
        self._guest.sh(f"rm -f {path}")
        return _GuestProgram(self._guest, self._guest.start(PROGRAM, verb, "--json", path, *words), path)


class _GuestProgram:
    def __init__(self, guest, running, path):
        self._guest = guest
        self._process = running
        self._path = path

    def report(self):
        text = self._guest.sh(f"cat {self._path} 2>/dev/null || true")
        return json.loads(text) if text else None

    @staticmethod
    def notes():
        """By the guest's clock, which is of no use."""
        return None

    def send_signal(self, number):
        self._process.send_signal(number)

    def stop(self):
        result = self._process.stop()
        assert result.rc == 0, repr(result)
        return self.report()


class OneWay:
    """A sender on one side, a receiver on the other."""

    def __init__(self, title, sender_side, receiver_side, address, port, pps, bind):
        self._receiver = receiver_side.start("receive", f"receive-{port}.json", "--port", str(port), "--bind", bind)
        # It writes its first report once it listens.
        wait.until(f"the receiver of the {title} stream", self._receiver.report)
        self._sender = sender_side.start("send", f"send-{port}.json", "--to", address, "--port", str(port),
                                         "--pps", str(pps))
        # From its first report on it takes our requests.
        wait.until(f"the sender of the {title} stream", self._sender.report)
        self._title = title
        self._interval_ns = 1e9 / pps
        self._sent = None
        self._seen = -1

    def _fresh(self, program):
        """A report written now."""
        before = (program.report() or {"snapshot": 0})["snapshot"]
        program.send_signal(signal.SIGUSR1)
        return wait.until(f"a report on the {self._title} stream",
                          lambda: (report := program.report()) and report["snapshot"] > before and report)

    def received(self):
        """Packets that have arrived until now."""
        return self._fresh(self._receiver)["received"]

    def sent(self):
        return self._fresh(self._sender)["sent"]

    def await_packets(self, more, seconds):
        self.await_received(self.received() + more, seconds)

    def await_received(self, goal, seconds):
        wait.until(f"{goal} packets of the {self._title} stream to come", lambda: self.received() >= goal, seconds, 0.05)

    def await_sent(self, more, seconds):
        """Until so many more have been sent, whatever became of them. Nothing is asked of the receiver meanwhile."""
        goal = self.sent() + more
        wait.until(f"{goal} packets of the {self._title} stream to be sent", lambda: self.sent() >= goal, seconds, 0.1)

    def stop_sending(self):
        self._sent = self._sender.stop()

    @property
    def last_sent_ns(self):
        """By the sender's clock."""
        return self._sent["last_ns"]

    def still(self):
        """Nothing has arrived since the last look."""
        before, self._seen = self._seen, self.received()
        return self._seen == before

    def stop_receiving(self):
        run_dry([self])
        return self.judge()

    def judge(self):
        ended = time.monotonic_ns()
        received = self._receiver.stop()
        return flow_of(self._sent, received, holes.placed(self._sent, received, self._interval_ns, self._receiver.notes(), ended))


def run_dry(ways):
    """Everything in flight has arrived when two looks, 0.3 s apart, see the same counts."""
    wait.until("the streams to run dry", lambda: all([way.still() for way in ways]), 20, 0.3)


class Stream:
    """Traffic to the guest and, with both_ways, from it. `inbound` and `outbound` are seen from the guest."""

    def __init__(self, host_side, guest_side, pps, both_ways, port):
        self.inbound = self.outbound = None
        self.ended_ns = None  # when the peer sent its last packet
        self._ways = {"inbound": OneWay("inbound", host_side, guest_side, GUEST, port, pps, "0.0.0.0")}
        if both_ways:
            self._ways["outbound"] = OneWay("outbound", guest_side, host_side, PEER, port + 1, pps, "0.0.0.0")

    def flows(self, packets=300, seconds=20):
        """Wait until this many more packets have arrived each way."""
        goals = {way: way.received() + packets for way in self._ways.values()}
        for way, goal in goals.items():
            way.await_received(goal, seconds)
        return self

    def mark(self):
        """How many packets have been sent until now, each way: what Flow.lost_between() takes."""
        return {name: way.sent() for name, way in self._ways.items()}

    def outbound_sent(self):
        """Packets the guest has sent until now, whatever became of them."""
        return self._ways["outbound"].sent()

    def await_sent(self, number, seconds=20):
        wait.until(f"the guest to have sent {number} packets", lambda: self.outbound_sent() >= number, seconds, 0.05)

    def await_inbound_sent(self, more, seconds=30):
        """Until the peer has sent this many more, whatever became of them. Nothing is asked of the guest meanwhile."""
        self._ways["inbound"].await_sent(more, seconds)

    def stop(self):
        """End it and judge. `lost` is both directions together."""
        for way in self._ways.values():
            way.stop_sending()
        self.ended_ns = self._ways["inbound"].last_sent_ns
        run_dry(self._ways.values())
        for name, way in self._ways.items():
            setattr(self, name, way.judge())
        return self

    @property
    def lost(self):
        if self.inbound is None:
            self.stop()
        return self.inbound.lost + (self.outbound.lost if self.outbound else 0)

    def lost_by_way(self):
        """{direction: lost}, for lab.repeated."""
        return {name: getattr(self, name).lost for name in self._ways}

    def __str__(self):
        return f"in: {self.inbound}; out: {self.outbound}"

    __repr__ = __str__  # what a failed assertion shows

    def placed_beside(self, moments):
        """A line for each hole, in what has been judged; see holes.told()."""
        return [line for name in self._ways if (flow := getattr(self, name))
                for line in holes.told(name, flow.ranges, flow.holes, moments)]
