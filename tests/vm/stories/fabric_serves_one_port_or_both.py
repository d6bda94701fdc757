# SPDX-License-Identifier: GPL-2.0-only
"""What is for all, or for an address that the fabric does not know, comes in by one port or by both; it enters the guest
once.

    peer -- br0 --- tap0 -- virtio-net (standby) -+
              `--- tap1 -- e1000e     (primary) -+- master 10.77.0.2/24

    standby alone    broadcasts leave br0 by tap0 only, as where the switch in the NIC serves no VF with them
    both             nothing is known of the guest: each frame to it leaves by both taps
"""
import pytest

from harness import wait
from harness.evidence.stream import GuestSide, OneWay, PeerSide
from harness.network.fabric import GUEST

PACKETS = 600
PPS = 200
BROADCAST = "10.77.0.255"
PORTS = {GUEST: 7900, BROADCAST: 7902}
# Until the slave that is not active brings its first, nobody looks: it may be on its way while others come.
AT_FIRST = 10


def sent_to(host, address, note):
    """Flow of that many packets from the peer to this address."""
    peer = PeerSide(host.fabric.peer, host.folder, host.machine.build)
    way = OneWay("inbound", peer, GuestSide(host.guest), address, PORTS[address], host.machine.pace(PPS), "0.0.0.0")
    way.await_sent(PACKETS, 60)
    way.stop_sending()
    flow = way.stop_receiving()
    note(flow)
    return flow


def broadcasts_by_the_standby_alone(host, note):
    host.fabric.keep_groups_from("primary")
    return sent_to(host, BROADCAST, note)


def each_by_both(host, address, note):
    host.fabric.forget()
    return sent_to(host, address, note)


def entered_once(flow, twice=0):
    assert flow.lost == 0, flow
    assert flow.duplicates <= twice, flow


def once_by_both(host, note):
    entered_once(each_by_both(host, GUEST, note), AT_FIRST)
    entered_once(sent_to(host, BROADCAST, note))


def addresses_refused(host, master):
    """Of a macvlan on the master, which asks whether somebody has them: who answers is its own question, come back."""
    host.fabric.keep_groups_from("primary")
    guest = host.guest
    guest.sh(f"ip link add above link {master} type macvlan && ip link set above up")
    wait.until("the kernel to have asked", lambda: "tentative" not in guest.run("ip", "-6", "addr", "show", "above").stdout
               and "fe80" in guest.run("ip", "-6", "addr", "show", "above").stdout, 20)
    refused = guest.run("ip", "-6", "addr", "show", "above", "dadfailed").stdout.strip()
    guest.run("ip", "link", "del", "above")
    return refused


def test_broadcasts_by_the_standby_alone_enter_with_the_module(host, kmod, note):
    entered_once(broadcasts_by_the_standby_alone(host, note))
    assert kmod.active() == "primary"


def test_broadcasts_by_the_standby_alone_enter_with_bpf(host, product, note):
    entered_once(broadcasts_by_the_standby_alone(host, note))
    product.master.stays("primary")


@pytest.mark.machine(failover=True)
def test_broadcasts_by_the_standby_alone_enter_with_bpf_beside_the_kernels_own(host, adopted, note):
    entered_once(broadcasts_by_the_standby_alone(host, note))
    adopted.master.stays("primary")


@pytest.mark.machine(failover=True)
def test_broadcasts_by_the_standby_alone_are_lost_to_the_kernels_own_driver(host, intree, note):
    assert broadcasts_by_the_standby_alone(host, note).lost >= PACKETS // 2


def test_what_comes_by_both_enters_once_with_the_module(host, kmod, note):
    once_by_both(host, note)


def test_what_comes_by_both_enters_once_with_bpf(host, product, note):
    once_by_both(host, note)
    product.master.stays("primary")


@pytest.mark.machine(failover=True)
def test_what_comes_by_both_enters_once_with_bpf_beside_the_kernels_own(host, adopted, note):
    once_by_both(host, note)
    adopted.master.stays("primary")


def test_what_others_above_have_sent_does_not_come_back_with_the_module(host, kmod):
    assert addresses_refused(host, kmod.name) == ""


def test_what_others_above_have_sent_does_not_come_back_with_bpf(host, product):
    assert addresses_refused(host, product.name) == ""
