# SPDX-License-Identifier: GPL-2.0-only
"""The hypervisor takes the primary away and brings it back. Users keep their one device, address and connection."""

ON_ITS_WAY = 5  # packets that were already in the NIC that is pulled


def test_a_pulled_primary_costs_what_was_on_its_way(guarded):
    traffic = guarded.traffic(pps=2000, stream=True)
    guarded.unplug("primary")
    guarded.daemon.master.goes("primary", "standby")
    traffic.pass_packets(1000)
    loss = traffic.loss()
    assert loss.lost_in <= ON_ITS_WAY and loss.lost_out <= ON_ITS_WAY
    assert guarded.carrying() == {"in": "standby", "out": "standby"}
    assert guarded.guest.links() == ["lo", "eth0"]
    _, streams = traffic.stop()
    assert [(s["resets"], s["bytes_wrong"]) for s in streams] == [(0, 0), (0, 0)]


def test_a_switch_that_is_taken_by_surprise_is_taught_the_new_path(guarded):
    """Here the switch port dies with the NIC and takes along what it holds; how much is the switch's affair."""
    traffic = guarded.traffic(pps=2000, stream=True)
    guarded.unplug("primary", flip_first=False)
    guarded.daemon.master.goes("primary", "standby")
    traffic.pass_packets(200)
    assert traffic.loss().recovered
    assert guarded.carrying() == {"in": "standby", "out": "standby"}
    assert traffic.stream()["resets"] == 0


def test_its_return_loses_nothing_and_shows_nothing(guarded):
    guarded.unplug("primary")
    guarded.daemon.master.goes("primary", "standby")
    traffic = guarded.traffic(pps=2000, stream=True)
    guarded.plug("primary")
    assert guarded.daemon.master.goes("standby", "primary")["cause"] == "failback"
    traffic.pass_packets(1000)
    loss = traffic.loss()
    assert (loss.lost_in, loss.lost_out) == (0, 0)
    assert guarded.carrying() == {"in": "primary", "out": "primary"}
    assert guarded.guest.links() == ["lo", "eth0"]
    assert traffic.stream()["resets"] == 0


def test_users_keep_their_device(guarded):
    """Not only the name: the same interface, with everything that hangs on its index."""
    before = guarded.guest.ip("address", "show", "eth0")[0]
    guarded.unplug("primary")
    guarded.daemon.master.goes("primary", "standby")
    guarded.plug("primary")
    guarded.daemon.master.goes("standby", "primary")
    after = guarded.guest.ip("address", "show", "eth0")[0]
    assert after["ifindex"] == before["ifindex"]
    assert after["address"] == before["address"]
    assert [a["local"] for a in after["addr_info"]] == [a["local"] for a in before["addr_info"]]


def test_the_tenth_time_is_like_the_first(guarded):
    traffic = guarded.traffic(pps=500, stream=True)
    first = None
    for _ in range(10):
        guarded.unplug("primary")
        guarded.daemon.master.goes("primary", "standby")
        guarded.plug("primary")
        guarded.daemon.master.goes("standby", "primary")
        hidden = guarded.hidden_links()
        first = first or hidden
        assert hidden == first
    traffic.pass_packets(200)
    loss = traffic.loss()
    assert loss.lost_in <= 10 * ON_ITS_WAY and loss.lost_out <= 10 * ON_ITS_WAY
    assert guarded.carrying() == {"in": "primary", "out": "primary"}
    assert traffic.stream()["resets"] == 0


def test_the_standby_may_go_too_while_the_primary_carries(guarded):
    traffic = guarded.traffic(pps=1000)
    guarded.unplug("standby")
    traffic.pass_packets(500)
    loss = traffic.loss()
    assert (loss.lost_in, loss.lost_out) == (0, 0)
    guarded.daemon.master.stays("primary")
    assert guarded.guest.links() == ["lo", "eth0"]
