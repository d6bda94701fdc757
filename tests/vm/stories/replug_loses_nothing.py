# SPDX-License-Identifier: GPL-2.0-only
"""The VF comes back while a stream runs: the standby carries on until the primary's link stands.

    peer -- br0 -- tap0 -- virtio-net (standby) -+
              `--- tap1 -- e1000e     (primary) -+- master 10.77.0.2/24
"""
import pytest

from lab.repeated import rounds

pytestmark = pytest.mark.alone


@pytest.mark.parametrize("nic", ["e1000e", "vmxnet3"])
def test_replug_loses_nothing(host, product, note, nic):
    for _ in rounds():
        host.unplug()
        product.master.goes("primary", "standby")
        stream = host.stream(both_ways=True, pps=1000)
        host.plug()
        product.master.goes("standby", "primary", seconds=20)
        product.sees_only_master()
        stream.flows().stop()
        note(stream)
        assert host.fabric.port_of() == "primary"
        assert stream.lost == 0
