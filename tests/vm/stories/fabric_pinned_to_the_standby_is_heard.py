# SPDX-License-Identifier: GPL-2.0-only
"""The fabric holds the guest's address on the standby's port, whatever the guest sends and says, while the primary is there
and active. What is sent to the guest comes in by the standby.

    peer -- br0 == tap0 -- virtio-net (standby) -+
              `--- tap1 -- e1000e     (primary) -+- master 10.77.0.2/24
"""
import pytest

PACKETS = 1000
both = pytest.mark.parametrize("both_ways", [True, False], ids=["both", "receiving"])


def pinned(host, both_ways, note):
    stream = host.stream(both_ways, pps=1000)
    host.fabric.pin("standby")
    stream.await_inbound_sent(PACKETS)
    assert host.fabric.port_of() is None, "the entry is not held"
    stream.stop()
    note(stream)
    return stream


@both
def test_with_the_module(host, kmod, note, both_ways):
    assert pinned(host, both_ways, note).lost == 0


@both
def test_with_bpf(host, product, note, both_ways):
    assert pinned(host, both_ways, note).lost == 0
    product.master.stays("primary")


@both
@pytest.mark.machine(failover=True)
def test_with_bpf_beside_the_kernels_own(host, adopted, note, both_ways):
    assert pinned(host, both_ways, note).lost == 0
    adopted.master.stays("primary")


@both
@pytest.mark.machine(failover=True)
def test_the_kernels_own_driver_hears_nothing(host, intree, note, both_ways):
    stream = pinned(host, both_ways, note)
    assert stream.inbound.lost >= PACKETS // 2
