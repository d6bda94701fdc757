# SPDX-License-Identifier: GPL-2.0-only
"""The primary's cable is cut while a stream runs, mended, and cut again as soon as the primary carries.

    peer -- br0 -- tap0 -- virtio-net (standby, hidden) -+
              `-X- tap1 -- e1000e     (primary, hidden) -+- master 10.77.0.2/24

Nothing can save what is sent before the NIC itself notices: e1000e takes one or two timer ticks, 4 to 8 ms at HZ=250,
vmxnet3 none. The second cut is the harder one: after one change of a link the kernel tells of the next up to a second late
(linkwatch_schedule_work()). All is done again, a few times, until each cut has once cost no more than it should. The worst
on a quiet machine is what scripts/bench downtime tells. The kernel's own net_failover loses all that comes in while the
cable is cut.
"""
import pytest

from lab.repeated import assert_within

pytestmark = pytest.mark.alone


@pytest.mark.parametrize("nic, most", [("e1000e", 8), ("vmxnet3", 2)])
def test_carrier_loss_loses_what_the_nic_hid(host, kmod, note, nic, most):
    assert_within(host.machine.may_lose(most), lambda: cut_twice(host, kmod, note, both_ways=True))
    # No frame of the guest's own finds the link dead here; the module must look, and announce.
    assert_within(host.machine.may_lose(10), lambda: cut_twice(host, kmod, note, both_ways=False))


def cut_twice(host, kmod, note, both_ways):
    """{(direction, which cut): lost}"""
    stream = host.stream(both_ways, pps=1000)
    host.carrier("primary", False)
    kmod.announces("standby")
    mark = stream.mark()
    host.carrier("primary", True)
    kmod.announces("primary", seconds=20)
    host.carrier("primary", False)
    kmod.announces("standby")
    stream.flows().stop()
    kmod.sees_only_master()
    host.carrier("primary", True)
    kmod.announces("primary", seconds=20)
    lost = {}
    for way, end in mark.items():
        flow = getattr(stream, way)
        lost |= {(way, "first cut"): flow.lost_between(0, end), (way, "second cut"): flow.lost_between(end, None)}
    note(f"{lost}; {stream}")
    return lost
