# SPDX-License-Identifier: GPL-2.0-only
"""An XDP program on the master passes, drops, sends back and redirects while the primary's cable is cut and mended and
the primary is pulled and put back: twenty failovers.

    peer -- br0 -- tap0 == virtio-net (standby, hidden), native        -+           +- outer -- inner, in a namespace
              `-X- tap1 -- e1000e     (primary, hidden), in the stack  -+- master --+- sockets of the guest
                           vmxnet3                       native on 6.12             `- AF_XDP sockets

What the program is shown is the same wherever it runs: the master's number, the namespace of the master, each frame
once. What it sends back leaves by the active slave, also if the fabric brought it by the other; so does what `outer`
redirects to the master.
"""
from math import ceil

import pytest

from harness import wait
from harness.evidence.departures import Departures
from harness.evidence.stream import GuestSide, OneWay, PeerSide
from harness.network.fabric import GUEST, PEER
from harness.trials.xdp import PORTS, Box, Programs, Sockets

# Not the one that checks itself: vmxnet3's XDP breaks a rule there (rcu_dereference() in vmxnet3_xdp_set()).
KERNELS = ("6.1", "6.12", "newest")
PPS = 200
BROADCAST = "10.77.0.255"
FAILOVERS = 20
# What a NIC hides of a cut, in packets of 1,000 a second (kmod_carrier_loss_loses_few), and what this machine's other
# work may add to each: eight streams are not begun again until all is quiet.
HIDDEN = {"e1000e": 8, "vmxnet3": 2}
DISTURBED = 6


class Streams:
    """Of the kinds that the program tells apart, by the names of their ports."""

    ALL = ("pass", "drop", "send_back", "redirect_by_map", "redirect_by_number", "socket", "group", "onward")

    def __init__(self, host, kmod, box, names=ALL):
        peer = PeerSide(host.fabric.peer, host.folder, host.machine.build)
        ends = {
            "pass": (peer, GuestSide(host.guest), GUEST),
            "drop": (peer, GuestSide(host.guest), GUEST),
            "send_back": (peer, peer, GUEST),
            "redirect_by_map": (peer, box.side, GUEST),
            "redirect_by_number": (peer, box.side, GUEST),
            "socket": (peer, Sockets(host.guest).side, GUEST),
            "group": (peer, GuestSide(host.guest), BROADCAST),
            "onward": (box.side, peer, PEER),
        }
        self._ways = {name: OneWay(name, *ends[name], PORTS[name], host.machine.pace(PPS),
                                   kmod.name if name == "socket" else "0.0.0.0") for name in names}

    def flow(self, packets):
        """So many more of each arrive, but of what is dropped."""
        for name, way in self._ways.items():
            if name != "drop":
                way.await_packets(packets, 60)

    def stop(self):
        """{name: Flow}"""
        for way in self._ways.values():
            way.stop_sending()
        return {name: way.stop_receiving() for name, way in self._ways.items()}


@pytest.fixture(name="box")
def make_box(guest, kmod):  # pylint: disable=unused-argument # the master comes first, alone
    box = Box(guest)
    yield box
    box.remove()


@pytest.fixture(name="programs")
def attach_programs(host, kmod, box):
    programs = Programs(host)
    programs.tell("master", kmod.name)
    programs.tell("away", box.OUTER)
    programs.target("away", box.OUTER)
    programs.target("master", kmod.name)
    wait.until("the guest to reach the peer", host.reaches, 20)
    programs.attach(kmod.name)
    programs.attach(box.OUTER, "to_master")
    return programs


def failovers(host, kmod):
    """Cut and mended, pulled and put back in turn; each is over when the fabric has heard of it."""
    pairs = ((lambda: host.carrier("primary", False), lambda: host.carrier("primary", True)), (host.unplug, host.plug))
    # Each takes a kernel that checks itself a minute under so many streams.
    for number in range((2 if host.machine.debug else FAILOVERS) // 2):
        for change, role in zip(pairs[number % 2], ("standby", "primary")):
            change()
            kmod.announces(role, seconds=60)
            yield role


def saw_all(flows, counts, most):
    """What became of each frame is known: those that are missing never came to the guest."""
    for name, flow in flows.items():
        told = f"{name}: {flow}; the program saw {counts[name]}"
        if name == "drop":
            assert flow.received == 0 and flow.sent - most <= counts[name] <= flow.sent, told
            continue
        assert flow.lost <= most, told
        if name == "group":  # a tap that was cut may bring once more what it kept
            assert counts[name] == flow.received + flow.duplicates, told
            continue
        assert flow.duplicates == 0, told
        if name == "send_back":
            assert flow.received <= counts[name] <= flow.sent, told
        elif name != "onward":
            assert counts[name] == flow.received, told
    assert counts["stranger"] == 0, f"the program was told of another device than the master: {counts}"
    if "pass" in flows:
        assert counts["socket_found"] == flows["pass"].received, f"the program looks into another namespace: {counts}"


def through_all(host, kmod, box, programs, note, hidden):
    streams = Streams(host, kmod, box)
    streams.flow(50)
    with Departures(host.fabric, PORTS["send_back"]) as back, Departures(host.fabric, PORTS["onward"]) as onward:
        for role in failovers(host, kmod):
            streams.flow(30)
            back.leave_by(role)
            onward.leave_by(role)
    flows = streams.stop()
    counts = programs.counts()
    note("; ".join(f"{name} {flow.lost} of {flow.sent} lost" for name, flow in flows.items()) + f"; counted {counts}")
    most = FAILOVERS // 4 * (ceil(hidden * PPS / 1000) + DISTURBED)
    saw_all(flows, counts, host.machine.may_lose(most))


@pytest.mark.machine(queues=4)
@pytest.mark.kernels(*KERNELS)
@pytest.mark.parametrize("nic", ["e1000e", "vmxnet3"])
def test_every_verdict_holds_across_twenty_failovers(host, kmod, box, programs, note, nic):
    through_all(host, kmod, box, programs, note, HIDDEN[nic])


@pytest.mark.machine(queues=4, primary="e1000e")
@pytest.mark.kernels("debug")
def test_a_kernel_that_checks_itself_finds_nothing(host, kmod, box, programs, note):
    through_all(host, kmod, box, programs, note, HIDDEN["e1000e"])


@pytest.mark.machine(queues=4)
@pytest.mark.kernels(*KERNELS)
@pytest.mark.parametrize("nic", ["e1000e", "vmxnet3"])
def test_what_the_inactive_slave_brings_is_seen_once_and_answered_by_the_active(host, kmod, box, programs, nic):
    """The fabric insists on the standby's port, though the primary sends. Broadcasts come by both."""
    host.fabric.pin("standby")
    names = ("pass", "send_back", "redirect_by_map", "redirect_by_number", "socket", "group")
    streams = Streams(host, kmod, box, names)
    with Departures(host.fabric, PORTS["send_back"]) as back:
        streams.flow(100)
        back.leave_by("primary", packets=300)
    flows = streams.stop()
    saw_all(flows, programs.counts(), host.machine.may_lose(0))
    assert flows["group"].duplicates == 0, f"broadcasts: {flows['group']}"
