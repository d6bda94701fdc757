# SPDX-License-Identifier: GPL-2.0-only
"""The VF is pulled while a stream runs. The user must not notice.

    peer -- br0 -- tap0 -- virtio-net (standby) -+
              `--- tap1 -- e1000e     (primary) -+- master 10.77.0.2/24

The guest loses nothing it sends. What comes in is lost from when the driver stops receiving until the fabric has learned
where the guest is: usually none, a few if the announcement has to wait for a CPU. vmxnet3 stops at once, but little is
on its way.
"""
import pytest

from lab.repeated import rounds

pytestmark = pytest.mark.alone


@pytest.mark.parametrize("nic, most", [("e1000e", 10), ("vmxnet3", 4)])
def test_unplug_loses_nothing(host, product, note, nic, most):
    for again in rounds():
        plug(host, product, again)
        stream = host.stream(both_ways=True, pps=1000)
        host.unplug()
        product.master.goes("primary", "standby")
        product.sees_only_master()
        stream.flows().stop()
        note(stream)
        assert host.fabric.port_of() == "standby"
        assert stream.inbound.lost <= most
        assert stream.outbound.lost == 0


@pytest.mark.parametrize("nic", ["e1000e", "vmxnet3"])
def test_unplug_loses_nothing_when_the_guest_only_receives(host, product, note, nic):
    """No frame of the guest's own tells the fabric where it is now; the announcement must."""
    for again in rounds():
        plug(host, product, again)
        stream = host.stream(both_ways=False, pps=1000)
        host.unplug()
        product.master.goes("primary", "standby")
        stream.flows().stop()
        note(stream)
        assert stream.lost <= 20


def plug(host, product, away):
    if away:
        host.plug()
        product.master.goes("standby", "primary", seconds=20)
