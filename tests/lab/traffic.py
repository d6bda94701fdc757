# SPDX-License-Identifier: GPL-2.0-only
"""Numbered traffic between peer and guest, and what was lost between two moments."""
import itertools
import json
import signal
import time
from dataclasses import dataclass

from lab.tools import LabError, wait_for

_ports = itertools.count(20000)


class Program:
    """A failover-traffic process and its report."""

    def __init__(self, namespace, tool, verb, *arguments):
        self._namespace = namespace
        self._name = f"{verb}-{next(_ports)}"
        self._report = namespace.path(f"/run/{self._name}.json")
        self._process = namespace.spawn(tool, verb, *arguments, "--json", f"/run/{self._name}.json",
                                        log=f"/run/{self._name}.log")
        # With its first report it is ready: it listens, and signals no longer kill it.
        wait_for(lambda: self._alive() and self._report.exists(), f"{self._name} to start")

    def report(self):
        """The state of this moment."""
        previous = self._read()["snapshot"]
        self._process.send_signal(signal.SIGUSR1)
        return wait_for(lambda: self._alive() and self._fresher(previous), f"a report of {self._name}", every=0.002)

    def stop(self):
        """Ends the process in order and returns its last report."""
        self._process.send_signal(signal.SIGTERM)
        if self._process.wait(timeout=20) != 0:
            raise LabError(f"{self._name} ended {self._process.returncode}: {self._log()}")
        return self._read()

    def kill(self):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def _fresher(self, previous):
        report = self._read()
        return report if report["snapshot"] > previous else None

    def _alive(self):
        if self._process.poll() is not None:
            raise LabError(f"{self._name} ended {self._process.returncode}: {self._log()}")
        return True

    def _read(self):
        return json.loads(self._report.read_text())

    def _log(self):
        return self._namespace.path(f"/run/{self._name}.log").read_text().strip() or "no message"


@dataclass
class Moment:
    """How far a flow was at one moment: the first `sent` numbers, of which `lost` did not arrive."""
    sent: int
    lost: int
    gap_ms: float  # longest silence since the moment before
    refused: int   # by the sender's own kernel; part of lost
    recovered: bool


NOTHING = Moment(sent=0, lost=0, gap_ms=0.0, refused=0, recovered=True)


class Flow:
    """Numbered UDP one way."""

    def __init__(self, tool, source, target, address, pps):
        port = next(_ports)
        self._receiver = Program(target, tool, "receive", "--port", port)
        self._sender = Program(source, tool, "send", "--to", address, "--port", port, "--pps", pps)

    def sent(self):
        return self._sender.report()["sent"]

    def sending(self):
        """The sender's report of this moment, for settle()."""
        return self._sender.report()

    def settle(self, sending, deadline):
        """The Moment of `sending`: waits until its last packet has arrived, till `deadline` (monotonic) at most."""
        gap = 0.0
        while True:
            report = self._receiver.report()
            gap = max(gap, report["lap_gap_ms"])
            recovered = report["highest"] >= sending["sent"] - 1
            if recovered or time.monotonic() > deadline:
                break
            time.sleep(0.02)
        if not recovered:
            gap = max(gap, report["silent_ms"])
        if report["socket_drops"]:
            raise LabError(f"the receiver itself dropped {report['socket_drops']} packets: the machine is too busy")
        return Moment(sending["sent"], lost_before(report, sending["sent"]), gap, sending["errors"], recovered)

    def stop_sending(self):
        return self._sender.stop()

    def stop_receiving(self):
        return self._receiver.stop()

    def kill(self):
        self._sender.kill()
        self._receiver.kill()


def lost_before(report, sent):
    """How many of the numbers 0..sent-1 are missing in a receiver's report."""
    holes = sum(min(last, sent - 1) - first + 1 for first, last in report["lost"] if first < sent)
    return holes + max(0, sent - 1 - report["highest"])


@dataclass
class Loss:
    """What a stretch of time cost. in: to the guest, out: from the guest."""
    lost_in: int
    lost_out: int
    gap_in_ms: float
    gap_out_ms: float
    refused_in: int   # by the sender's own kernel; they are among the lost
    refused_out: int
    recovered: bool   # traffic passed both ways at the end


class Traffic:
    """UDP both ways or one way ("in": to the guest, "out": from it), optionally with a TCP stream."""

    def __init__(self, lab, pps, stream, ways=("in", "out")):
        from lab import lab as addresses
        tool = lab.tools.traffic()
        self._flows = {}
        self._stream = []
        try:
            if "in" in ways:
                self._flows["in"] = Flow(tool, lab.peer, lab.guest, addresses.GUEST_ADDRESS, pps)
            if "out" in ways:
                self._flows["out"] = Flow(tool, lab.guest, lab.peer, addresses.PEER_ADDRESS, pps)
            if stream:
                self._start_stream(tool, lab, addresses.PEER_ADDRESS)
            self._last = self._moments({name: flow.sending() for name, flow in self._flows.items()}, 10)
        except BaseException:
            self.close()
            raise

    def _start_stream(self, tool, lab, address):
        port = next(_ports)
        self._stream = [Program(lab.peer, tool, "tcp-serve", "--port", port)]
        self._stream.append(Program(lab.guest, tool, "tcp-stream", "--to", address, "--port", port))
        wait_for(lambda: self.stream()["connected"], "the TCP stream to connect")

    def pass_packets(self, count, seconds=20):
        """Waits until `count` more packets have been sent each way."""
        goals = [(flow, flow.sent() + count) for flow in self._flows.values()]
        for flow, goal in goals:
            wait_for(lambda: flow.sent() >= goal, f"{count} packets to be sent", seconds, every=0.05)

    def loss(self, seconds=10):
        """What was lost since the last call (or the start). A flow that does not recover within `seconds` has lost
        all that was sent since its last arrival."""
        return self._compare(self._moments({name: flow.sending() for name, flow in self._flows.items()}, seconds))

    def stream(self):
        """Report of the stream's client."""
        return self._stream[1].report()

    def stop(self, seconds=10):
        """Ends the traffic; what was lost since the last loss() and, for the stream, the final reports of both ends."""
        reports = [program.stop() for program in reversed(self._stream)]
        self._stream = []
        sending = {name: flow.stop_sending() for name, flow in self._flows.items()}
        loss = self._compare(self._moments(sending, seconds))
        for flow in self._flows.values():
            flow.stop_receiving()
        self._flows = {}
        return loss, reports

    def total(self):
        """Sent each way so far, and lost."""
        return {name: (moment.sent, moment.lost) for name, moment in self._last.items()}

    def close(self):
        for program in [*self._flows.values(), *self._stream]:
            program.kill()

    def _moments(self, sending, seconds):
        deadline = time.monotonic() + seconds
        return {name: self._flows[name].settle(report, deadline) for name, report in sending.items()}

    def _compare(self, now):
        before, self._last = self._last, now
        flows = {}
        for name in ("in", "out"):
            moment, previous = now.get(name, NOTHING), before.get(name, NOTHING)
            flows |= {f"lost_{name}": moment.lost - previous.lost, f"gap_{name}_ms": moment.gap_ms,
                      f"refused_{name}": moment.refused - previous.refused}
        return Loss(**flows, recovered=all(moment.recovered for moment in now.values()))
