# SPDX-License-Identifier: GPL-2.0-only
"""The lab itself: it counts nothing where nothing is lost, and everything a guest without failover loses."""


def test_a_quiet_fabric_loses_nothing(plain):
    traffic = plain.traffic(pps=5000, stream=True)
    traffic.pass_packets(10_000)
    loss = traffic.loss()
    assert (loss.lost_in, loss.lost_out) == (0, 0)
    assert loss.recovered
    end, streams = traffic.stop()
    assert (end.lost_in, end.lost_out) == (0, 0)
    for stream in streams:
        assert stream["bytes_received"] > 0
        assert (stream["resets"], stream["bytes_wrong"]) == (0, 0)
    assert streams[0]["bytes_sent"] == streams[1]["bytes_received"]


def test_without_failover_a_dark_link_loses_all_until_it_is_back(plain):
    traffic = plain.traffic(pps=1000)
    plain.carrier_off("primary")
    traffic.pass_packets(500)
    dark = traffic.loss(seconds=0.2)
    assert not dark.recovered
    assert dark.lost_in >= 490 and dark.lost_out >= 490
    plain.carrier_on("primary")
    assert traffic.loss().recovered
    traffic.pass_packets(100)
    traffic.loss()  # the rest of what was lost before the first packet passed again
    traffic.pass_packets(500)
    again = traffic.loss()
    assert (again.lost_in, again.lost_out) == (0, 0)


def test_without_failover_an_unplugged_nic_is_the_end(plain):
    traffic = plain.traffic(pps=1000)
    plain.unplug("primary")
    traffic.pass_packets(500)
    loss = traffic.loss(seconds=0.2)
    assert not loss.recovered
    assert loss.lost_in >= 490 and loss.lost_out >= 490
    assert plain.guest.links() == ["lo", "eth0"]


def test_a_returning_nic_is_new_and_down_and_has_the_same_mac(plain):
    before = plain.guest.ip("link", "show", "eth1")[0]
    plain.unplug("primary")
    plain.plug("primary")
    after = plain.guest.ip("link", "show", "eth1")[0]
    assert after["address"] == before["address"]
    assert after["address"] == plain.guest.ip("link", "show", "eth0")[0]["address"]
    assert after["ifindex"] != before["ifindex"]
    assert "UP" not in after["flags"]


def test_the_switch_tells_by_which_nic_the_traffic_goes(plain):
    traffic = plain.traffic(pps=2000)
    assert plain.carrying() == {"in": "primary", "out": "primary"}
    plain.guest.run("ip", "address", "flush", "dev", "eth1")
    plain.guest.run("ip", "link", "set", "eth1", "down")
    plain.guest.run("ip", "address", "add", "10.77.0.2/24", "dev", "eth0")
    plain.guest.run("ip", "link", "set", "eth0", "up")
    assert traffic.loss().recovered
    assert plain.carrying() == {"in": "standby", "out": "standby"}


def test_a_loss_is_counted_where_it_happened(plain):
    traffic = plain.traffic(pps=1000)
    peer_mac = plain.peer.ip("link", "show", "eth0")[0]["address"]
    plain.guest.run("ip", "neighbour", "replace", "10.77.0.1", "lladdr", peer_mac, "dev", "eth1")
    plain.peer.run("ip", "neighbour", "replace", "10.77.0.2", "lladdr", "52:54:00:77:00:99", "dev", "eth0")
    traffic.pass_packets(300)
    loss = traffic.loss(seconds=0.2)
    assert loss.lost_in >= 290
    assert loss.lost_out == 0


def test_the_two_directions_are_told_apart(plain):
    """Out by the slow NIC; the switch does not learn from it and goes on delivering to the fast one."""
    plain.fabric.run("ip", "link", "set", "port-standby", "type", "bridge_slave", "learning", "off")
    peer_mac = plain.peer.ip("link", "show", "eth0")[0]["address"]
    plain.guest.sysctl("net.ipv4.conf.all.rp_filter", 0)
    plain.guest.sysctl("net.ipv4.conf.eth1.rp_filter", 0)
    plain.guest.run("ip", "link", "set", "eth0", "up")
    plain.guest.run("ip", "neighbour", "replace", "10.77.0.1", "lladdr", peer_mac, "dev", "eth0")
    plain.guest.run("ip", "route", "add", "10.77.0.1/32", "dev", "eth0", "src", "10.77.0.2")
    plain.traffic(pps=2000)
    assert plain.carrying() == {"in": "primary", "out": "standby"}
