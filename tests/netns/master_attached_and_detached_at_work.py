# SPDX-License-Identifier: GPL-2.0-only
"""An operator puts a master over an interface that is at work, and takes it away again. Whoever uses the interface sees
neither."""
import pytest
from lab import DaemonError, wait_for
from lab.lab import GUEST_MAC
from live_interface_taken_over_and_kept import configure

NO_MASTERS = ""
OTHER_MAC = "52:54:00:77:aa:02"


@pytest.fixture
def idle(lab):
    """A daemon that was told of no master; veth devices are not paired unasked. The standby's ifindex is one that
    nobody gets by chance."""
    lab.unplug("standby")
    lab.guest.run("ip", "link", "add", "eth0", "index", 4711, "address", GUEST_MAC, "type", "veth",
                  "peer", "name", "port-standby", "netns", lab.fabric.pid)
    lab.fabric.run("ip", "link", "set", "port-standby", "master", "br0", "up")
    lab.configure_guest()
    configure(lab.guest)
    lab.daemon.start(NO_MASTERS)
    yield lab
    lab.daemon.expect_as_left()


def state(guest):
    """Everything an administrator can have set on eth0, and what it is itself."""
    link = guest.ip("-details", "link", "show", "eth0")[0]
    sysctls = guest.run("sysctl", "-a", "--ignore", "--pattern", r"^net\.(ipv4|ipv6|mpls)\.(conf|neigh)\.eth0\.",
                        check=False)
    return {
        "link": {key: link[key] for key in ("ifindex", "ifname", "address", "mtu", "txqlen", "operstate")},
        "up": "UP" in link["flags"],
        "addresses": sorted((a["local"], a["prefixlen"], a["scope"], a.get("label", ""), a.get("broadcast", ""))
                            for a in guest.ip("address", "show", "eth0")[0]["addr_info"]),
        "routes": sorted(line.strip() for version in ("-4", "-6") for line in
                         guest.run("ip", version, "route", "show", "table", "all", "dev", "eth0").splitlines()),
        "neighbours": sorted(line.strip() for line in
                             guest.run("ip", "neighbour", "show", "dev", "eth0", "nud", "permanent").splitlines()),
        "sysctls": sorted(sysctls.splitlines()),
    }


def test_the_daemon_leaves_alone_what_nobody_asked_for(idle):
    traffic = idle.traffic(pps=500)
    idle.daemon.control("reload")
    assert idle.daemon.masters() == []
    assert sorted(idle.guest.links()) == ["eth0", "eth1", "lo"]
    traffic.pass_packets(200)
    assert traffic.loss().lost_out == 0


def test_what_was_configured_is_there_before_between_and_after(idle):
    before = state(idle.guest)
    assert before["link"]["ifindex"] == 4711
    assert before["sysctls"]
    idle.daemon.control("attach", "eth0", "eth1")
    idle.daemon.master.expect(active="primary")
    assert idle.guest.links() == ["lo", "eth0"]
    assert state(idle.guest) == before
    idle.daemon.control("detach", "eth0")
    assert idle.daemon.masters() == []
    assert sorted(idle.guest.links()) == ["eth0", "eth1", "lo"]
    assert state(idle.guest) == before


def test_an_open_connection_lives_through_both(idle):
    traffic = idle.traffic(pps=500, stream=True)
    idle.daemon.control("attach", "eth0", "eth1")
    idle.daemon.master.expect(active="primary")
    traffic.pass_packets(300)
    assert traffic.loss().recovered
    assert idle.carrying() == {"in": "primary", "out": "primary"}
    idle.daemon.control("detach", "eth0")
    traffic.pass_packets(300)
    assert traffic.loss().recovered
    assert idle.carrying() == {"in": "standby", "out": "standby"}
    _, streams = traffic.stop()
    assert [(s["connections"], s["resets"], s["bytes_wrong"]) for s in streams] == [(1, 0, 0), (1, 0, 0)]


def test_what_was_detached_is_not_taken_again_until_asked(guarded):
    """Although the configuration has a master over it."""
    guarded.daemon.control("detach", "eth0")
    guarded.guest.run("ip", "link", "set", "eth1", "up")
    guarded.guest.run("ip", "link", "set", "eth1", "down")
    guarded.daemon.control("reload")
    assert guarded.daemon.masters() == []
    assert sorted(guarded.guest.links()) == ["eth0", "eth1", "lo"]
    guarded.daemon.control("attach", "eth0", "eth1")
    guarded.daemon.master.expect(active="primary")


def test_a_refused_attach_does_not_undo_a_detach(guarded):
    """A wrong name for the second NIC must not hand the first one back to the configuration."""
    guarded.daemon.control("detach", "eth0")
    with pytest.raises(DaemonError, match="there is no interface none0"):
        guarded.daemon.control("attach", "eth0", "none0")
    guarded.daemon.control("reload")
    assert guarded.daemon.masters() == []


def test_an_interface_given_back_keeps_the_mac_that_users_gave_it(guarded):
    guarded.guest.run("ip", "link", "set", "eth0", "address", OTHER_MAC)
    wait_for(lambda: guarded.daemon.masters()[0]["mac"] == OTHER_MAC, "the daemon to know of it")
    guarded.daemon.control("detach", "eth0")
    assert {name: guarded.guest.ip("link", "show", name)[0]["address"] for name in ("eth0", "eth1")} == \
        {"eth0": OTHER_MAC, "eth1": GUEST_MAC}


def test_so_does_one_of_a_daemon_that_did_not_hear_of_it(guarded):
    assert guarded.daemon.stop() == 0
    guarded.guest.run("ip", "link", "set", "eth0", "address", OTHER_MAC)
    guarded.daemon.release()
    assert {name: guarded.guest.ip("link", "show", name)[0]["address"] for name in ("eth0", "eth1")} == \
        {"eth0": OTHER_MAC, "eth1": GUEST_MAC}


def test_slaves_of_a_deleted_master_are_there_again_and_not_taken_until_asked(guarded):
    guarded.guest.run("ip", "link", "del", "eth0")
    wait_for(lambda: sorted(guarded.guest.links()) == ["eth0", "eth1", "lo"], "both slaves")
    assert guarded.daemon.events("detached")
    guarded.daemon.control("reload")
    assert guarded.daemon.masters() == []
    assert not any(link.get("ifalias") for link in guarded.guest.ip("link", "show"))
    guarded.configure_guest()
    guarded.daemon.control("attach", "eth0", "eth1")
    guarded.daemon.master.expect(active="primary")
