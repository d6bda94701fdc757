# SPDX-License-Identifier: GPL-2.0-only
"""The primary's cable is cut while a stream runs, and mended.

    peer -- br0 -- tap0 -- virtio-net (standby) -+
              `-X- tap1 -- e1000e     (primary) -+- master 10.77.0.2/24

Nothing can save what is sent before the NIC itself notices: about 6 ms for e1000e, whose driver looks at the link a
timer tick and a work item after the interrupt, below 2 for vmxnet3.
"""
import pytest


@pytest.mark.parametrize("nic, most", [("e1000e", 10), ("vmxnet3", 4)])
def test_carrier_loss_loses_what_the_nic_hid(host, product, note, nic, most):
    stream = host.stream(both_ways=True, pps=1000)
    cut_and_mend(host, product, stream)
    note(stream)
    assert stream.inbound.lost <= most
    assert stream.outbound.lost <= most


@pytest.mark.parametrize("nic", ["e1000e", "vmxnet3"])
def test_carrier_loss_loses_few_when_the_guest_only_receives(host, product, note, nic):
    """No frame of the guest's own finds the link dead; the kernel's notice and the announcement must."""
    stream = host.stream(both_ways=False, pps=1000)
    cut_and_mend(host, product, stream)
    note(stream)
    assert stream.lost <= 20


def cut_and_mend(host, product, stream):
    host.carrier("primary", False)
    product.master.goes("primary", "standby")
    stream.flows()
    host.carrier("primary", True)
    product.master.goes("standby", "primary", seconds=20)
    stream.flows().stop()
