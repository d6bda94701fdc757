# SPDX-License-Identifier: GPL-2.0-only
"""At the master's egress a program, or a filter of tc, names the slave that a frame leaves by.

    program, filter -- master -+- virtio-net (standby, hidden, slot 1) == tap0 -- br0 -- peer
                               +- e1000e     (primary, hidden, slot 0) -- tap1 ----'

A slave that cannot carry is not taken: the frame leaves as if nothing had been said.
"""
import pytest
from lab.capture import Capture

from harness import places, wait
from harness.evidence.departures import Departures
from harness.evidence.stream import GuestSide, OneWay, PeerSide
from harness.masters.kmodule import SLOTS
from harness.network.fabric import PEER

PORT = 9100  # of slot 0: tests/tools/steer
EMPTY_SLOT = 5
BROADCAST = "10.77.0.255"
PPS = 100
SECONDS = 3  # FOM_MOVES_INTERVAL and some


def sends(host, port, to=PEER):
    """The guest does, to this port, from now on."""
    peer = PeerSide(host.fabric.peer, host.folder, host.machine.build)
    return OneWay(f"{port}", GuestSide(host.guest), peer, to, port, host.machine.pace(PPS), "0.0.0.0")


def steer_by_program(host, master):
    """By the port of a datagram."""
    guest, program = host.guest, "/run/steer.bpf.o"
    guest.push((places.build_tree(host.machine.build) / "bpf" / "steer.bpf.o").read_bytes(), program)
    guest.sh(f"""set -e
        bpftool prog load {program} /sys/fs/bpf/steer
        modprobe -a sch_ingress cls_bpf
        tc qdisc add dev {master} clsact
        tc filter add dev {master} egress bpf da pinned /sys/fs/bpf/steer
    """)


def steer_by_filter(host, master, slot):
    """All of it."""
    host.guest.sh(f"""set -e
        modprobe -a sch_ingress cls_matchall act_gact
        tc qdisc add dev {master} clsact
        tc filter add dev {master} egress matchall classid 1:{0xff00 + slot:x} action ok
    """)


@pytest.mark.kernels("6.1", "6.12", "newest")  # that of "debug" has no tracing, which bpftool's loading asks for
def test_by_a_program(host, kmod):
    steer_by_program(host, kmod.name)
    streams = [sends(host, PORT + slot) for slot in (*SLOTS.values(), EMPTY_SLOT)]
    ears = [Departures(host.fabric, PORT + slot) for slot in (*SLOTS.values(), EMPTY_SLOT)]
    with ears[0] as by_primary, ears[1] as by_standby, ears[2] as by_none:
        by_primary.leave_by("primary")
        by_standby.leave_by("standby")
        by_none.leave_by("primary")
        host.unplug()
        kmod.goes_to("standby")
        for ear in ears:
            ear.leave_by("standby")
        host.plug()
        kmod.goes_to("primary", seconds=20)
        by_primary.leave_by("primary")
        by_standby.leave_by("standby")
    for stream in streams:
        stream.stop_sending()


def test_by_a_filter_until_that_slave_cannot(host, kmod):
    steer_by_filter(host, kmod.name, SLOTS["standby"])
    stream = sends(host, PORT)
    with Departures(host.fabric, PORT) as ear:
        ear.leave_by("standby")
        host.carrier("standby", False)
        wait.until("the guest to see it", lambda: ear.heard()["primary"])
        ear.leave_by("primary")
        host.carrier("standby", True)
        wait.until("the guest to see it", lambda: ear.heard()["standby"])
        ear.leave_by("standby")
    stream.stop_sending()


def test_what_a_program_sends_that_way_is_not_taken_for_somebody_elses(host, kmod):
    """The fabric brings a steered broadcast to the active slave, with our address at another port."""
    with Capture(host.fabric.switch, host.fabric.taps["primary"]) as ear:
        wait.until("announcements to end", lambda: ear.forget() or not wait.within(1, ear.announcements), 60)
        steer_by_filter(host, kmod.name, SLOTS["standby"])
        stream = sends(host, PORT, BROADCAST)
        with Departures(host.fabric, PORT) as departures:
            departures.leave_by("standby")
        assert not wait.within(SECONDS, lambda: ear.count("rarp"))
        stream.stop_sending()
