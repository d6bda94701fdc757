# SPDX-License-Identifier: GPL-2.0-only
"""The fabric misbehaves where no carrier and no probe tells of it: it goes on delivering to a port that is dead, or drops
what the guest sends by one. After a switch neighbours are asked; their silence is told, and a failback is undone."""
import pytest
from lab import wait_for
from lab.lab import GUEST_MAC, PEER_ADDRESS

NEIGHBOURS_GROUP = 1 << (3 - 1)  # RTNLGRP_NEIGH


def pin(lab, role):
    """As a fabric that does not learn; plain static entries still roam."""
    lab.fabric.run("bridge", "fdb", "replace", GUEST_MAC, "dev", f"port-{role}", "master", "static", "sticky")


def unpin(lab, role):
    lab.fabric.run("bridge", "fdb", "del", GUEST_MAC, "dev", f"port-{role}", "master")


def filter_source(lab, role, on):
    """A port that lets only those addresses in that the fabric was told of: a spoof filter."""
    lab.fabric.run("bridge", "link", "set", "dev", f"port-{role}", "learning", "off" if on else "on",
                   "locked", "on" if on else "off")


def silence(lab):
    return lab.daemon.master.state()["unanswered"]


def told(lab, kind):
    return [event for event in lab.daemon.control("events")["events"] if event["kind"] == kind]


def listens(lab):
    """Whether anybody in the guest is woken up by changes of neighbours."""
    sockets = [line.split() for line in lab.guest.run("cat", "/proc/net/netlink").splitlines()[1:]]
    return any(int(words[3], 16) & NEIGHBOURS_GROUP for words in sockets if words[1] == "0")


def control(lab, *words):
    return lab.guest.run(lab.tools.failoverctl(), *words, check=False)


def test_a_fabric_that_delivers_to_a_dead_port_is_named(guarded):
    pin(guarded, "primary")
    guarded.carrier_off("primary")
    guarded.daemon.master.goes("primary", "standby")
    seen = wait_for(lambda: silence(guarded), "silence to be noticed", 30)
    assert (seen["slave"], seen["back_on"]) == ("eth0", "")
    assert PEER_ADDRESS in seen["asked"]
    assert f"still deliver {GUEST_MAC} to the primary's port" in seen["hint"]
    assert f"still deliver {GUEST_MAC} to the primary's port" in told(guarded, "unanswered")[-1]["message"]
    status = control(guarded, "status")
    assert "nobody answers" in status and "nobody answered by eth0 since" in status and seen["hint"] in status
    assert seen["hint"] in " ".join(control(guarded, "doctor").split())
    assert 'failover_master_unanswered{master="eth0"} 1' in control(guarded, "metrics")
    assert not told(guarded, "answered")

    # The guest sends nothing by itself, and nobody asks it.
    unpin(guarded, "primary")
    wait_for(lambda: not silence(guarded), "the answer", 30)
    assert told(guarded, "answered")
    assert "nobody answer" not in control(guarded, "status", "-n", "0")
    wait_for(lambda: not listens(guarded), "the daemon to have no ear for neighbours any more")
    guarded.daemon.master.stays("standby")


@pytest.mark.parametrize("learns", [True, False], ids=["learns", "pinned"])
def test_a_primary_by_which_nobody_answers_is_left_again(guarded, learns):
    guarded.carrier_off("primary")
    guarded.daemon.master.goes("primary", "standby")
    filter_source(guarded, "primary", True)
    if not learns:
        pin(guarded, "standby")
    guarded.carrier_on("primary")
    guarded.daemon.master.goes("standby", "primary", 20)
    assert guarded.daemon.master.goes("primary", "standby", 30)["cause"] == "probe"
    seen = silence(guarded)
    assert (seen["slave"], seen["back_on"]) == ("eth1", "eth0")
    assert f"may filter {GUEST_MAC} at the primary's port" in told(guarded, "unanswered")[-1]["message"]
    status = control(guarded, "status")
    assert "back on eth0, eth1 is tried again later" in status and "eth1 (primary) is doubted until" in status
    traffic = guarded.traffic(pps=1000, stream=True)
    traffic.pass_packets(1000)
    loss = traffic.loss()
    assert (loss.lost_in, loss.lost_out) == (0, 0)
    assert guarded.carrying() == {"in": "standby", "out": "standby"}
    guarded.daemon.master.stays("standby")


def test_what_an_operator_chose_is_named_and_left_alone(guarded):
    guarded.daemon.control("switch", "eth0", "standby")
    guarded.daemon.master.goes("primary", "standby")
    filter_source(guarded, "primary", True)
    guarded.daemon.control("switch", "eth0", "primary")
    guarded.daemon.master.goes("standby", "primary")
    seen = wait_for(lambda: silence(guarded), "silence to be noticed", 30)
    assert (seen["slave"], seen["back_on"]) == ("eth1", "")
    guarded.daemon.master.stays("primary")
    filter_source(guarded, "primary", False)
    wait_for(lambda: not silence(guarded), "the answer", 30)
    guarded.daemon.master.stays("primary")


def test_a_fabric_that_behaves_is_not_spoken_of(guarded):
    traffic = guarded.traffic(pps=1000, ways=("in",))
    for _ in range(2):
        guarded.carrier_off("primary")
        guarded.daemon.master.goes("primary", "standby")
        guarded.carrier_on("primary")
        guarded.daemon.master.goes("standby", "primary")
    traffic.pass_packets(5000)  # longer than silence takes to be noticed
    assert not told(guarded, "unanswered") and not told(guarded, "answered") and not silence(guarded)
    wait_for(lambda: not listens(guarded), "the daemon to have no ear for neighbours any more")


def test_a_neighbour_that_has_another_address_now_is_not_silent(guarded):
    """As after a migration to a host whose gateway it is itself. What the guest knows of it leads nowhere."""
    guarded.carrier_off("primary")
    guarded.daemon.master.goes("primary", "standby")
    wait_for(lambda: not listens(guarded), "what was asked before to be answered", 30)
    guarded.peer.run("ip", "link", "set", "dev", "eth0", "address", "52:54:00:00:00:fe")
    guarded.carrier_on("primary")
    guarded.daemon.master.goes("standby", "primary", 20)
    wait_for(lambda: listens(guarded), "the question")
    wait_for(lambda: not listens(guarded), "the answer", 30)
    assert not told(guarded, "unanswered") and not silence(guarded)
    guarded.daemon.master.stays("primary")


def test_silence_is_noticed_again_when_the_primary_is_tried_again(guarded):
    """What was silent before the failback was undone is still silent, and known to have been there."""
    guarded.carrier_off("primary")
    guarded.daemon.master.goes("primary", "standby")
    for role in ("primary", "standby"):
        filter_source(guarded, role, True)
    unpin(guarded, "standby")  # what was learned there before would pass
    guarded.carrier_on("primary")
    guarded.daemon.master.goes("standby", "primary", 20)
    assert guarded.daemon.master.goes("primary", "standby", 30)["cause"] == "probe"
    # Silent by both: it is not the primary's fault, which is taken again at once, and kept.
    guarded.daemon.master.goes("standby", "primary", 40)
    wait_for(lambda: silence(guarded) and silence(guarded)["slave"] == "eth1", "silence to be noticed again", 40)
    assert len(told(guarded, "unanswered")) >= 3
    guarded.daemon.master.stays("primary")
