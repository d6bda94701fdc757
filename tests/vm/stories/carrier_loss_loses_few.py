# SPDX-License-Identifier: GPL-2.0-only
"""The primary's cable is cut while a stream runs, and mended.

    peer -- br0 -- tap0 -- virtio-net (standby) -+
              `-X- tap1 -- e1000e     (primary) -+- master 10.77.0.2/24

Nothing can save what is sent before the NIC itself notices. e1000e's driver looks at the link in a work item one timer
tick after the interrupt (e1000_msix_other(), mod_timer(jiffies + 1)): 4 to 8 ms at HZ=250. vmxnet3's reads it at once. How
much longer than the least the driver took is measured, and what was sent in it is not judged. The worst in all is what
scripts/bench downtime tells.
"""
import pytest

from harness.evidence.noticing import Noticing
from lab.repeated import assert_within

pytestmark = pytest.mark.alone


@pytest.mark.parametrize("nic, most", [("e1000e", 10), ("vmxnet3", 4)])
def test_carrier_loss_loses_what_the_nic_hid(host, product, note, nic, most):
    cut_within(most, host, product, note, both_ways=True)


@pytest.mark.parametrize("nic", ["e1000e", "vmxnet3"])
def test_carrier_loss_loses_few_when_the_guest_only_receives(host, product, note, nic):
    """No frame of the guest's own finds the link dead; the kernel's notice and the announcement must."""
    cut_within(20, host, product, note, both_ways=False)


def cut_within(most, host, product, note, both_ways):
    noticing = Noticing(host)
    assert_within(most, lambda: cut_and_mend(host, product, noticing, note, both_ways))


def cut_and_mend(host, product, noticing, note, both_ways):
    """{way: lost}, beyond what the driver kept to itself for longer than it needs to."""
    host.await_path("primary")
    stream = host.stream(both_ways, pps=1000)
    host.carrier("primary", False)
    product.master.goes("primary", "standby")
    stream.flows()
    host.carrier("primary", True)
    product.master.goes("standby", "primary", seconds=20)
    stream.flows().stop()
    late, = noticing.late()
    note(f"driver late by {late:.1f} ms; {stream}")
    return {way: lost - late for way, lost in stream.lost_by_way().items()}
