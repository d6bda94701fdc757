# SPDX-License-Identifier: GPL-2.0-only
"""failoverd is killed under traffic, the VF is pulled with nobody there, failoverd returns. The kernel decides alone.

    peer -- br0 -- tap0 -- virtio-net (standby) -+
              `--- tap1 -- e1000e     (primary) -+- master 10.77.0.2/24
"""
import pytest

pytestmark = pytest.mark.alone


def test_nothing_is_lost_while_the_daemon_dies_and_returns(host, product, note):
    stream = host.stream(both_ways=True, pps=1000)
    product.kill()
    stream.flows()
    product.start()
    product.await_master()
    product.master.stays("primary")
    stream.flows().stop()
    note(stream)
    assert stream.lost == 0


def test_the_standby_carries_when_the_vf_goes_with_the_daemon_dead(host, product, note):
    stream = host.stream(both_ways=True, pps=1000)
    product.kill()
    host.unplug()
    stream.flows().stop()
    note(stream)
    assert host.fabric.port_of() == "standby"
    assert stream.outbound.lost == 0
    assert stream.inbound.lost <= 10
    product.start()
    product.await_master()
    product.master.goes("primary", "standby")
