# SPDX-License-Identifier: GPL-2.0-only
"""The primary's link goes dark while traffic flows. The kernel moves on at the next packet; the user notices nothing."""
import pytest

ON_ITS_WAY = 5  # packets that were already in the dying path


def test_a_dark_link_costs_what_was_on_its_way(guarded):
    traffic = guarded.traffic(pps=2000, stream=True)
    guarded.carrier_off("primary")
    switch = guarded.daemon.master.goes("primary", "standby")
    assert switch["cause"] == "carrier-loss"
    traffic.pass_packets(1000)
    loss = traffic.loss()
    assert loss.lost_in <= ON_ITS_WAY and loss.lost_out <= ON_ITS_WAY
    assert guarded.carrying() == {"in": "standby", "out": "standby"}
    assert traffic.stream()["resets"] == 0


def test_the_link_comes_back_and_nothing_is_lost(guarded):
    guarded.carrier_off("primary")
    guarded.daemon.master.goes("primary", "standby")
    traffic = guarded.traffic(pps=2000, stream=True)
    guarded.carrier_on("primary")
    assert guarded.daemon.master.goes("standby", "primary")["cause"] == "failback"
    traffic.pass_packets(1000)
    loss = traffic.loss()
    assert (loss.lost_in, loss.lost_out) == (0, 0)
    assert guarded.carrying() == {"in": "primary", "out": "primary"}


@pytest.mark.parametrize("way", ["in", "out"])
def test_a_guest_with_traffic_one_way_only_is_served_too(guarded, way):
    """Both-way traffic teaches the switch by itself; one that only receives depends on us to announce it."""
    traffic = guarded.traffic(pps=2000, ways=(way,))
    guarded.carrier_off("primary")
    guarded.daemon.master.goes("primary", "standby")
    traffic.pass_packets(1000)
    loss = traffic.loss()
    assert loss.recovered
    assert loss.lost_in + loss.lost_out <= ON_ITS_WAY


def test_the_standby_going_dark_changes_nothing(guarded):
    traffic = guarded.traffic(pps=2000)
    guarded.carrier_off("standby")
    traffic.pass_packets(500)
    guarded.carrier_on("standby")
    traffic.pass_packets(500)
    loss = traffic.loss()
    assert (loss.lost_in, loss.lost_out) == (0, 0)
    guarded.daemon.master.stays("primary")


def test_with_both_links_dark_users_see_no_carrier_and_then_traffic_again(guarded):
    traffic = guarded.traffic(pps=500)
    guarded.carrier_off("primary")
    guarded.carrier_off("standby")
    guarded.guest.wait_for_carrier("eth0", False)
    guarded.carrier_on("standby")
    guarded.guest.wait_for_carrier("eth0", True)
    traffic.loss()
    assert traffic.loss().recovered
    assert guarded.carrying() == {"in": "standby", "out": "standby"}
