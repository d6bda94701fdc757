# SPDX-License-Identifier: GPL-2.0-only
"""Users turn offloads of the one device they see off and on, with `ethtool -K`. The slaves they do not see follow, those
that come later too, and get back what they had of their own."""
import pytest
from lab import wait_for
from lab.lab import NICS

TSO, SG, RX_SUM, GRO = "tx-tcp-segmentation", "tx-scatter-gather", "rx-checksumming", "generic-receive-offload"
SUM, FORWARDING = "tx-checksum-ip-generic", "rx-udp-gro-forwarding"


def features(listing):
    lines = (line.split(":") for line in listing.splitlines()[1:])
    return {name.strip(): value.split()[0] for name, value in lines}


def slave(lab, role):
    return features(lab.hidden("ethtool", "-k", NICS[role]))


def of_slaves(lab, name):
    return [slave(lab, role)[name] for role in NICS]


def turn(lab, *words):
    lab.guest.run("ethtool", "-K", "eth0", *words)


@pytest.fixture
def own_mind(lab):
    """NICs that differ in what they have of their own: GRO on, but for UDP to be forwarded on the standby only, and no
    segmentation on the primary."""
    for name in NICS.values():
        lab.guest.run("ethtool", "-K", name, "gro", "on")
    lab.guest.run("ethtool", "-K", NICS["standby"], FORWARDING, "on")
    lab.guest.run("ethtool", "-K", NICS["primary"], TSO, "off")
    lab.daemon.start()
    lab.daemon.master.expect(active="primary")
    yield lab
    lab.daemon.expect_as_left()


def test_a_master_that_nobody_touched_leaves_its_slaves_as_they_are(own_mind):
    assert of_slaves(own_mind, TSO) == ["on", "off"]
    assert of_slaves(own_mind, FORWARDING) == ["on", "off"]
    assert of_slaves(own_mind, GRO) == ["on", "on"]
    assert features(own_mind.guest.run("ethtool", "-k", "eth0"))[GRO] == "on"  # as on any NIC


def test_what_is_turned_off_and_on_at_the_master_is_so_at_its_slaves(own_mind):
    lab = own_mind
    traffic = lab.traffic(pps=1000, stream=True)
    turn(lab, TSO, "off", "gro", "off", "rx", "off", "tx", "off", "sg", "off", FORWARDING, "on")
    for name in (TSO, GRO, RX_SUM, SUM, SG):
        wait_for(lambda: of_slaves(lab, name) == ["off", "off"], f"{name} off at both slaves")
    wait_for(lambda: of_slaves(lab, FORWARDING) == ["on", "on"], "UDP to be merged at both slaves")
    turn(lab, TSO, "on", "gro", "on", "rx", "on", "tx", "on", "sg", "on", FORWARDING, "off")
    for name in (GRO, RX_SUM, SUM, SG):
        wait_for(lambda: of_slaves(lab, name) == ["on", "on"], f"{name} on at both slaves")
    # What they had of their own, each.
    wait_for(lambda: of_slaves(lab, TSO) == ["on", "off"], "segmentation as each had it")
    wait_for(lambda: of_slaves(lab, FORWARDING) == ["on", "off"], "merging of UDP as each had it")
    traffic.pass_packets(200)
    loss = traffic.loss()
    assert (loss.lost_in, loss.lost_out) == (0, 0)
    assert traffic.stream()["resets"] == 0
    lab.daemon.master.stays("primary")


def test_a_primary_that_returns_gets_the_offloads_of_now(guarded):
    turn(guarded, TSO, "off", "rx", "off")
    wait_for(lambda: of_slaves(guarded, RX_SUM) == ["off", "off"], "no checksums by both slaves")
    guarded.unplug("primary")
    guarded.daemon.master.goes("primary", "standby")
    guarded.plug("primary")
    guarded.daemon.master.goes("standby", "primary")
    assert slave(guarded, "primary")[TSO] == "off"
    assert slave(guarded, "primary")[RX_SUM] == "off"
    assert slave(guarded, "primary")[SG] == "on"
    turn(guarded, TSO, "on", "rx", "on")
    wait_for(lambda: of_slaves(guarded, TSO) == ["on", "on"], "segmentation by both slaves")
    wait_for(lambda: of_slaves(guarded, RX_SUM) == ["on", "on"], "checksums by both slaves")


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_a_daemon_that_comes_back_knows_what_users_want_and_what_slaves_had(own_mind, how):
    lab = own_mind
    turn(lab, TSO, "off", "rx", "off")
    wait_for(lambda: of_slaves(lab, RX_SUM) == ["off", "off"], "no checksums by both slaves")
    getattr(lab.daemon, how)()
    turn(lab, "rx", "on", "sg", "off")  # nobody hears it
    lab.daemon.start()
    wait_for(lambda: of_slaves(lab, SG) == ["off", "off"], "no scattered frames at both slaves")
    wait_for(lambda: of_slaves(lab, RX_SUM) == ["on", "on"], "checksums by both slaves")
    turn(lab, "sg", "on")
    wait_for(lambda: of_slaves(lab, SG) == ["on", "on"], "scattered frames at both slaves")
    assert of_slaves(lab, TSO) == ["off", "off"]
    turn(lab, TSO, "on")
    wait_for(lambda: of_slaves(lab, TSO) == ["on", "off"], "segmentation as each had it")


def test_a_nic_given_back_has_what_it_had_and_the_standby_what_users_set(guarded):
    turn(guarded, TSO, "off", "rx", "off")
    wait_for(lambda: of_slaves(guarded, RX_SUM) == ["off", "off"], "no checksums by both slaves")
    guarded.daemon.control("detach", "eth0")
    primary = features(guarded.guest.run("ethtool", "-k", "eth1"))
    standby = features(guarded.guest.run("ethtool", "-k", "eth0"))
    assert [primary[TSO], primary[RX_SUM]] == ["on", "on"]
    assert [standby[TSO], standby[RX_SUM]] == ["off", "off"]
    assert not list(guarded.guest.path("/run/failoverd").glob("features-*"))
