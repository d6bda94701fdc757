# SPDX-License-Identifier: GPL-2.0-only
"""Another port of the fabric speaks with the guest's address; so do hypervisors that announce a guest by every NIC it is
to have, the primary included that the guest has no driver for yet. The guest only receives: nothing that it sends by
itself mends that.

    peer -- br0 -- tap0 -- virtio-net (standby, hidden) -+
    (speaks)  `--- tap1 -- e1000e     (primary, hidden) -+- master 10.77.0.2/24
"""
import pytest
from lab.capture import Capture
from lab.forged import announce

from harness import wait
from harness.machine.migration import migrate
from harness.network.fabric import GUEST_MAC

SECONDS = 3
MOST_ANSWERED = 10  # in two seconds; kmod/announce.c


def move(host):
    """The fabric has the guest where the peer is. Until that is so, the guest cannot have heard of it."""
    announce(host.fabric.peer, "peer0", GUEST_MAC)


@pytest.mark.parametrize("active", ["primary", "standby"])
def test_the_address_is_taken_back(host, kmod, active):
    if active == "standby":
        host.carrier("primary", False)
        kmod.announces("standby")
    with Capture(host.fabric.switch, host.fabric.taps[active]) as ear:
        settled(ear)
        move(host)
        wait.until("the guest to say where it is", lambda: ear.count("rarp"))
        wait.until("the fabric to have it there again", lambda: host.fabric.port_of() == active)


def settled(ear):
    """Nothing is being said any more."""
    wait.until("earlier announcements to end", lambda: ear.forget() or not wait.within(1, ear.announcements), 60)


@pytest.mark.machine(failover=True)
def test_the_kernels_own_driver_leaves_it_there(host, intree):
    with Capture(host.fabric.switch, host.fabric.taps["primary"]) as ear:
        settled(ear)
        move(host)
        wait.until("the fabric to look elsewhere", lambda: host.fabric.port_of() != "primary")
        # Until it happens to send something of its own.
        assert not wait.within(SECONDS, lambda: ear.count("rarp"))


def test_a_fabric_that_sends_everything_back_is_not_answered_for_ever(host, kmod):
    """Reflective relay: each announcement comes back as a reason for the next."""
    with Capture(host.fabric.switch, host.fabric.taps["primary"]) as ear:
        settled(ear)
        host.fabric.switch.run("bridge", "link", "set", "dev", host.fabric.taps["primary"], "hairpin", "on")
        move(host)
        wait.until("announcements that come back", lambda: ear.count("rarp") >= MOST_ANSWERED)
        assert not wait.within(SECONDS, lambda: ear.count("rarp") > 3 * MOST_ANSWERED)


@pytest.mark.machine(elsewhere="vmxnet3")
def test_a_hypervisor_may_announce_by_a_primary_without_a_driver(host, kmod, note):
    """QEMU says five times by either NIC that the guest has come, the primary last. The stream goes on in between: a
    guest that left it at that would hear nothing before its primary is up. (An emulated guest that has just moved
    translates its code anew; what that costs is for scripts/bench.)"""
    stream = host.stream(both_ways=False, pps=1000)
    before = stream.mark()["inbound"]
    moved = migrate(host, by_all=True)
    kmod.announces("primary", seconds=30)
    meanwhile = stream.mark()["inbound"] - before
    stream.flows().stop()
    note(f"{moved}; {stream}; {meanwhile} sent until the primary was announced")
    assert stream.lost < meanwhile / 2
