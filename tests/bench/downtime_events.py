# SPDX-License-Identifier: GPL-2.0-only
"""What happens to a guest while packets are counted. Every measurement begins and ends with the path proven."""
from dataclasses import dataclass

from harness import wait
from harness.evidence.holes import since
from harness.machine.migration import migrate

PPS = 1000
AFTER = 1000        # packets after the guest has switched, in which the fabric may still be wrong
CUT = 1500          # packets for which the cable stays cut: 1.5 s
NOT_BACK = AFTER    # as many lost at the very end: traffic did not come back while we looked


@dataclass(frozen=True)
class Measured:
    """One run of one event; out is 0 where the guest only received."""
    lost_in: int
    lost_out: int
    longest_in: int
    longest_out: int
    back: bool  # traffic had come back when the run ended
    stopped_ms: float  # that the guest did not run at all, because it was moved
    unplug_ms: float   # from the hypervisor's wish to have the VF back until the guest had let it go
    # In ms after the harness acted: when the first and the last packet of each hole were sent; when the VF went ("away"), came
    # ("back"), and when the guest was "stopped"; and when the last packet was sent.
    holes_in: list
    holes_out: list
    moments: list
    ended_ms: float

    @classmethod
    def of(cls, stream, moments, stopped_ms=0, unplug_ms=0):
        flows = [flow for flow in (stream.inbound, stream.outbound) if flow]
        out = stream.outbound
        began = moments[0][1]
        return cls(stream.inbound.lost, out.lost if out else 0, stream.inbound.longest, out.longest if out else 0,
                   all(flow.tail < NOT_BACK for flow in flows), stopped_ms, unplug_ms,
                   since(began, stream.inbound.holes), since(began, out.holes) if out else [],
                   [(what, round((ns - began) / 1e6, 1)) for what, ns in moments],
                   round((stream.ended_ns - began) / 1e6, 1))


class Guest:
    """A booted guest with one of the systems in it."""

    def __init__(self, host, system):
        self.host = host
        self.system = system

    def await_active(self, role, seconds=30):
        wait.until(f"the guest to use its {role}", lambda: self.system.active() == role, seconds, 0.25)

    def measure(self, event, traffic):
        act, before, after = EVENTS[event]
        self.host.await_path(before)
        stream = self.host.stream(both_ways=traffic == "both", pps=PPS)
        known = len(self.host.moments)
        also = act(self, stream) or {}
        self.await_active(after)
        stream.await_inbound_sent(AFTER)
        stream.stop()
        self.await_active(after)
        self.host.await_path(after)
        return Measured.of(stream, self.host.moments[known:], **also)


def unplug(guest, _stream):
    return {"unplug_ms": guest.host.unplug()}


def replug(guest, _stream):
    guest.host.plug()


def carrier(guest, stream):
    """The cable is cut and mended."""
    guest.host.carrier("primary", False)
    stream.await_inbound_sent(CUT)
    guest.await_active("standby")
    guest.host.carrier("primary", True)


def move(guest, _stream):
    """To another hypervisor."""
    return {"stopped_ms": migrate(guest.host).stopped_ms}


# Event: what is done, the NIC that carries before, and after.
EVENTS = {"unplug": (unplug, "primary", "standby"), "replug": (replug, "standby", "primary"),
          "carrier": (carrier, "primary", "primary"), "migrate": (move, "primary", "primary")}

# The order in which a guest goes through them: each leaves what the next needs.
ROUND = [(event, traffic) for traffic in ("both", "receive-only") for event in EVENTS]
