# SPDX-License-Identifier: GPL-2.0-only
"""Everything that people put on a network device is on the master: a VLAN, a macvlan and an ipvlan in namespaces of
their own, then a bridge, then an ipvlan without a VLAN between. Each talks to the peer by both NICs, with frames of 9,000 bytes and by IPv6 too, before the
primary is pulled, without it, and when it is back.

    peer0    10.77.0.1 -- br0 -- tap0 == virtio-net (standby, hidden) -+          +- VLAN 77 192.0.2.77
    peer0.77 192.0.2.1     `---- tap1 -- e1000e     (primary, hidden) -+- master -+  `- ipvlan 192.0.2.4
                                                                                  +- macvlan 10.77.0.3
                                                                                  +- bridge, container 10.77.0.5
                                                                                  `- ipvlan 10.77.0.6

Not with vmxnet3: QEMU's, without LRO (which a bridge forbids), receives no frame that fills more than a page.
"""
import pytest

from harness.network.fabric import PEER, PEER6
from harness.network.tagged import TaggedPort

JUMBO = 9000
HEADERS = {PEER: 28, PEER6: 48, "192.0.2.1": 28}

FABRIC = f"""
    link set br0 mtu {JUMBO}
    link set trunk mtu {JUMBO}
    link set tap0 mtu {JUMBO}
    link set tap1 mtu {JUMBO}
"""
BEHIND = f"""
    link set peer0 mtu {JUMBO}
    link set peer0.77 mtu {JUMBO} up
    addr add 192.0.2.1/24 dev peer0.77
"""
# macvlan and ipvlan each take all that the device below receives: a device carries one of the two, so this ipvlan is
# on the VLAN, and the one on the master comes later.
STACK = """set -e
for module in 8021q macvlan ipvlan bridge veth; do modprobe $module; done
ip link add link MASTER name vlan77 type vlan id 77
ip addr add 192.0.2.77/24 dev vlan77
ip link set vlan77 up
for name in mac ipv; do ip netns add $name; ip -n $name link set lo up; done
ip link add link MASTER name mac0 netns mac type macvlan mode bridge
ip -n mac addr add 10.77.0.3/24 dev mac0
ip -n mac addr add fd77::3/64 dev mac0 nodad
ip -n mac link set mac0 up
ip link add link vlan77 name ipv0 netns ipv type ipvlan mode l2
ip -n ipv addr add 192.0.2.4/24 dev ipv0
ip -n ipv link set ipv0 up
"""
UNSTACK = "ip -n mac link del mac0; ip -n ipv link del ipv0; ip link del vlan77; ip netns del mac; ip netns del ipv"
# A bridge takes them all as well; with it, the guest's own address is the bridge's.
BRIDGE = """set -e
ip netns add box
ip link add br9 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
ip link add outer type veth peer name inner netns box
ip link set outer mtu 9000 master br9 up
ip -n box link set inner mtu 9000 up
ip -n box addr add 10.77.0.5/24 dev inner
ip -n box addr add fd77::5/64 dev inner nodad
ip link set MASTER master br9
ip link set br9 up
"""
UNBRIDGE = "ip link del br9; ip link del outer; ip netns del box"
IPVLAN = """set -e
ip netns add ipv
ip link add link MASTER name ipv1 netns ipv type ipvlan mode l2
ip -n ipv addr add 10.77.0.6/24 dev ipv1
ip -n ipv addr add fd77::6/64 dev ipv1 nodad
ip -n ipv link set ipv1 up
"""
UNIPVLAN = "ip -n ipv link del ipv1; ip netns del ipv"


def talks(guest, title, to, namespace=None, size=JUMBO):
    """Both ways, and in frames of that size: the answer is as long as the question."""
    enter = ["ip", "netns", "exec", namespace] if namespace else []
    ping = guest.run(*enter, "ping", "-c3", "-i0.1", "-W2", "-Mdo", "-s", size - HEADERS[to], to, check=False)
    # Who asks first also asks for the address, and waits for that.
    assert " 3 received" in ping.stdout, f"{title} does not reach {to} in frames of {size}: {ping!r}"


def all_talk(guest):
    talks(guest, "the master", PEER)
    talks(guest, "the master", PEER6)
    talks(guest, "the VLAN", "192.0.2.1")
    talks(guest, "the macvlan", PEER, "mac")
    talks(guest, "the macvlan", PEER6, "mac")
    talks(guest, "the ipvlan", "192.0.2.1", "ipv")


def container_talks(guest):
    talks(guest, "the container behind the bridge", PEER, "box")
    talks(guest, "the container behind the bridge", PEER6, "box")


def ipvlan_talks(guest):
    talks(guest, "the ipvlan on the master", PEER, "ipv")
    talks(guest, "the ipvlan on the master", PEER6, "ipv")


def refuses_more(guest, kmod):
    """The standby takes no more, and the master says so before it asks its slaves."""
    assert guest.json("ip", "-json", "-details", "link", "show", kmod.name)[0]["max_mtu"] == JUMBO
    refused = guest.run("ip", "link", "set", kmod.name, "mtu", JUMBO + 1, check=False)
    assert refused.rc != 0 and "mtu greater than device maximum" in refused.stderr, repr(refused)


def pulled_and_put_back(host, guest, kmod, talk):
    mtu = guest.links()[kmod.name]["mtu"]
    talk(guest)
    host.unplug()
    kmod.announces("standby")
    talk(guest)
    host.plug()
    kmod.announces("primary", seconds=20)
    talk(guest)
    assert guest.links()[kmod.name]["mtu"] == mtu == JUMBO


@pytest.mark.machine(primary="e1000e", standby={"host_mtu": JUMBO})
def test_what_is_on_the_master_talks_by_either_nic(host, guest, kmod):
    host.fabric.switch.batch(FABRIC)
    refuses_more(guest, kmod)
    guest.sh(STACK.replace("MASTER", kmod.name))
    with TaggedPort(host.fabric.peer, "peer0", "peer0.77", 77):
        host.fabric.peer.batch(BEHIND)
        pulled_and_put_back(host, guest, kmod, all_talk)
    guest.sh(UNSTACK)
    guest.sh(BRIDGE.replace("MASTER", kmod.name))
    pulled_and_put_back(host, guest, kmod, container_talks)
    guest.sh(UNBRIDGE)
    guest.sh(IPVLAN.replace("MASTER", kmod.name))
    pulled_and_put_back(host, guest, kmod, ipvlan_talks)
    guest.sh(UNIPVLAN)
