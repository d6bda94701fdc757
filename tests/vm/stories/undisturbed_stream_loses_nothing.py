# SPDX-License-Identifier: GPL-2.0-only
"""Nothing happens, or the fabric drops a known number. What the harness reports lost in other stories must not be its
own doing, and what is lost must not escape it.

    peer -- br0 -- tap0 -- virtio-net 10.77.0.2/24
"""
import pytest

pytestmark = pytest.mark.alone


@pytest.fixture
def lone_nic(guest):
    """The standby alone: no failover of any kind."""
    name = guest.nics()["standby"]
    guest.configure(name)
    return name


@pytest.mark.machine(plugged=False)
def test_undisturbed_stream_loses_nothing(host, lone_nic, note):
    stream = host.stream(both_ways=True, pps=1000)
    stream.flows(packets=3000).stop()
    note(stream)
    assert stream.inbound.sent > 3000 and stream.outbound.sent > 3000
    assert stream.lost == 0
    assert stream.inbound.duplicates == stream.outbound.duplicates == 0


@pytest.mark.machine(plugged=False)
def test_packets_the_fabric_drops_are_counted(host, lone_nic, note):
    """The trunk is cut while the guest sends 200: the holes are in the middle, one each way."""
    stream = host.stream(both_ways=True, pps=1000)
    host.fabric.cut_trunk()
    stream.await_sent(stream.outbound_sent() + 200)
    host.fabric.mend_trunk()
    stream.flows(packets=300).stop()
    note(stream)
    for flow in (stream.inbound, stream.outbound):
        assert flow.lost >= 200
        assert len(flow.ranges) == 1
        assert 300 <= flow.ranges[0][0] and flow.ranges[0][1] < flow.sent - 300


@pytest.mark.machine(plugged=False)
def test_packets_lost_at_the_very_end_are_counted_too(host, lone_nic, note):
    """No later number tells the receiver that something is missing; the sender's count does."""
    stream = host.stream(both_ways=True, pps=1000)
    host.fabric.cut_trunk()
    stream.await_sent(stream.outbound_sent() + 200)
    stream.stop()
    note(stream)
    assert stream.inbound.lost >= 200
    assert stream.outbound.lost >= 200
    assert stream.inbound.ranges[-1][1] == stream.inbound.sent - 1
