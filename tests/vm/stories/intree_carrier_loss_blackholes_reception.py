# SPDX-License-Identifier: GPL-2.0-only
"""The primary's cable is cut. The kernel's own net_failover sends by the standby but drops whatever comes in there,
because a primary is still registered.

    peer -- br0 -- tap0 -- virtio-net (standby) -+
              `-X- tap1 -- e1000e     (primary) -+- net_failover 10.77.0.2/24
"""
import pytest


@pytest.mark.machine(failover=True)
@pytest.mark.parametrize("nic", ["e1000e", "vmxnet3"])
def test_nothing_arrives_while_the_primary_has_no_carrier(host, guest, intree, note, nic):
    stream = host.stream(both_ways=True, pps=1000)
    host.carrier("primary", False)
    guest.await_carrier(intree.primary, up=False)
    stream.await_sent(stream.outbound_sent() + 500)
    host.carrier("primary", True)
    guest.await_carrier(intree.primary)
    stream.flows().stop()
    note(stream)
    assert stream.inbound.lost >= 400, "the cut hid nothing: does set_link reach the guest?"
    assert stream.outbound.lost < 100, "the standby should have carried what the guest sent"
