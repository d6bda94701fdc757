# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's own net_failover shows the guest three devices of one MAC.

    virtio-net (standby) -+
    e1000e     (primary) -+- net_failover
"""
import pytest


@pytest.mark.machine(failover=True)
def test_net_failover_shows_three_devices(host, guest, intree):
    host.qmp.await_event("FAILOVER_NEGOTIATED")
    links = guest.links()
    assert sorted(links) == sorted(["lo", *intree.names.values()])
    for role in ("standby", "primary"):
        assert links[intree.names[role]]["master"] == intree.master
    assert "master" not in links[intree.master]


@pytest.mark.machine(failover=False)
def test_without_the_handshake_two_devices_of_one_mac_stay_strangers(guest):
    nics = guest.nics()
    assert set(nics) == {"standby", "primary"}
    assert not [link for link in guest.links().values() if "master" in link]
