# SPDX-License-Identifier: GPL-2.0-only
"""Users turn the knobs of the one device they see; the slaves they do not see follow. And what becomes of the slaves'
links shows on the master."""
import json

from lab import wait_for
from lab.lab import GUEST_MAC

OTHER_MAC = "52:54:00:77:aa:02"
SLAVES = ("eth0", "eth1")


def slaves(lab):
    listing = lab.hidden("ip", "-details", "-json", "link", "show")
    found = [link for link in json.loads(listing) if link["ifname"] in SLAVES]
    assert len(found) == len(SLAVES)
    return found


def wait_for_slaves(lab, key, value):
    wait_for(lambda: all(slave[key] == value for slave in slaves(lab)), f"{key} {value} at both slaves")


def test_the_mtu_follows(guarded):
    traffic = guarded.traffic(pps=1000)
    for mtu in (1400, 9000, 1500):
        guarded.guest.run("ip", "link", "set", "eth0", "mtu", mtu)
        wait_for_slaves(guarded, "mtu", mtu)
    traffic.pass_packets(200)
    loss = traffic.loss()
    assert (loss.lost_in, loss.lost_out) == (0, 0)
    guarded.daemon.master.stays("primary")


def test_a_packet_of_the_full_new_mtu_passes_by_either_slave(guarded):
    for namespace, name in ((guarded.fabric, "port-primary"), (guarded.fabric, "port-standby"),
                            (guarded.fabric, "port-peer"), (guarded.peer, "eth0"), (guarded.guest, "eth0")):
        namespace.run("ip", "link", "set", name, "mtu", 9000)
    wait_for_slaves(guarded, "mtu", 9000)
    for role in ("primary", "standby"):
        guarded.daemon.control("switch", "eth0", role)
        answered = guarded.guest.run("ping", "-c1", "-W5", "-M", "do", "-s", 9000 - 28, "10.77.0.1", check=False)
        assert "1 received" in answered


def test_the_mac_follows_and_is_announced(guarded):
    guarded.guest.run("ip", "link", "set", "eth0", "address", OTHER_MAC)
    wait_for_slaves(guarded, "address", OTHER_MAC)
    traffic = guarded.traffic(pps=2000)
    traffic.pass_packets(100)
    assert traffic.loss().recovered
    guarded.carrier_off("primary")
    guarded.daemon.master.goes("primary", "standby")
    traffic.pass_packets(500)
    loss = traffic.loss()
    assert loss.lost_in <= 5 and loss.lost_out <= 5
    assert guarded.daemon.master.state()["mac"] == OTHER_MAC


def test_a_primary_that_returns_gets_the_mac_and_mtu_of_now(guarded):
    guarded.guest.run("ip", "link", "set", "eth0", "mtu", 1400)
    guarded.guest.run("ip", "link", "set", "eth0", "address", OTHER_MAC)
    wait_for_slaves(guarded, "mtu", 1400)
    wait_for_slaves(guarded, "address", OTHER_MAC)
    guarded.unplug("primary")
    guarded.daemon.master.goes("primary", "standby")
    guarded.plug("primary")  # with the MAC it has by nature
    guarded.daemon.master.goes("standby", "primary")
    assert [(slave["mtu"], slave["address"]) for slave in slaves(guarded)] == [(1400, OTHER_MAC)] * 2
    assert guarded.guest.ip("link", "show", "eth0")[0]["address"] == OTHER_MAC


def test_listening_to_everything_follows_and_ends(guarded):
    def promiscuous():
        return ["PROMISC" in slave["flags"] for slave in slaves(guarded)]

    assert promiscuous() == [False, False]
    guarded.guest.run("ip", "link", "set", "eth0", "promisc", "on")
    wait_for(lambda: promiscuous() == [True, True], "both slaves to take every frame")
    guarded.guest.run("ip", "link", "set", "eth0", "promisc", "off")
    wait_for(lambda: promiscuous() == [False, False], "both slaves to take their own frames only")


def test_the_masters_carrier_is_that_of_its_slaves_together(guarded):
    guarded.carrier_off("primary")
    guarded.daemon.master.goes("primary", "standby")
    assert guarded.daemon.master.state()["carrier"] is True
    assert "LOWER_UP" in guarded.guest.ip("link", "show", "eth0")[0]["flags"]
    guarded.carrier_off("standby")
    guarded.guest.wait_for_carrier("eth0", False)
    wait_for(lambda: guarded.daemon.master.state()["carrier"] is False, "the daemon to say so")
    guarded.carrier_on("primary")
    guarded.guest.wait_for_carrier("eth0", True)
    assert guarded.guest.ip("link", "show", "eth0")[0]["address"] == GUEST_MAC
    traffic = guarded.traffic(pps=500)
    assert traffic.loss().recovered
    assert guarded.carrying() == {"in": "primary", "out": "primary"}
