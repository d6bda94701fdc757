# SPDX-License-Identifier: GPL-2.0-only
"""The primary's cable is cut while a stream runs, and mended.

    peer -- br0 -- tap0 -- virtio-net (standby) -+
              `-X- tap1 -- e1000e     (primary) -+- master 10.77.0.2/24

Nothing can save what is sent before the NIC's interrupt. vmxnet3's driver reads the link in it. e1000e's looks one or two
timer ticks later (e1000_msix_other(), mod_timer(jiffies + 1)), 4 to 12 ms at HZ=250: what the guest sends in that time goes by the
standby already. The worst in all is what scripts/bench downtime tells.
"""
import pytest

from harness.evidence.stream import SENT_UNKNOWN
from lab.repeated import assert_within

pytestmark = pytest.mark.alone


@pytest.mark.parametrize("nic, most", [("e1000e", {"inbound": 10, "outbound": SENT_UNKNOWN}), ("vmxnet3", 4)])
def test_carrier_loss_loses_what_was_sent_before_its_interrupt(host, product, note, nic, most):
    cut_within(most, host, product, note, both_ways=True)


@pytest.mark.parametrize("nic", ["e1000e", "vmxnet3"])
def test_carrier_loss_loses_few_when_the_guest_only_receives(host, product, note, nic):
    """No frame of the guest's own finds the link dead; the kernel's notice and the announcement must."""
    cut_within(20, host, product, note, both_ways=False)


def cut_within(most, host, product, note, both_ways):
    assert_within(most, lambda: cut_and_mend(host, product, note, both_ways))


def cut_and_mend(host, product, note, both_ways):
    """{way: lost}"""
    host.await_path("primary")
    stream = host.stream(both_ways, pps=1000)
    host.carrier("primary", False)
    product.master.goes("primary", "standby")
    stream.flows()
    host.carrier("primary", True)
    product.master.goes("standby", "primary", seconds=20)
    stream.flows().stop()
    note(stream)
    return stream.lost_by_way()
