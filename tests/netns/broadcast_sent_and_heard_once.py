# SPDX-License-Identifier: GPL-2.0-only
"""The switch floods a broadcast to both NICs. A guest without failover hears it twice, ours once."""
import pytest
from lab.traffic import Flow


def broadcasts_heard(lab):
    flow = Flow(lab.tools.traffic(), lab.peer, lab.guest, "10.77.0.255", pps=500)
    try:
        sent = flow.sending()
        while sent["sent"] < 200:
            sent = flow.sending()
        flow.settle(sent, deadline=float("inf"))
        flow.stop_sending()
        return flow.stop_receiving()
    finally:
        flow.kill()


def test_two_plain_nics_hear_it_twice(plain):
    plain.guest.run("ip", "link", "set", "eth0", "up")
    plain.guest.sysctl("net.ipv4.conf.eth0.rp_filter", 0)
    plain.guest.sysctl("net.ipv4.conf.all.rp_filter", 0)
    plain.guest.run("ip", "address", "add", "10.77.0.3/24", "dev", "eth0")
    heard = broadcasts_heard(plain)
    assert heard["duplicates"] >= 200


@pytest.mark.parametrize("dark", [None, "primary", "standby"])
def test_under_failover_it_is_heard_once_whichever_slave_is_active(guarded, dark):
    if dark:
        guarded.carrier_off(dark)
    if dark == "primary":
        guarded.daemon.master.goes("primary", "standby")
    heard = broadcasts_heard(guarded)
    assert heard["received"] >= 200
    assert heard["duplicates"] == 0
    assert heard["lost_total"] == 0
