# SPDX-License-Identifier: GPL-2.0-only
"""The primary's cable is cut while a stream runs, mended, and cut again as soon as the primary carries.

    peer -- br0 -- tap0 -- virtio-net (standby, hidden) -+
              `-X- tap1 -- e1000e     (primary, hidden) -+- master 10.77.0.2/24

Nothing can save what is sent before the NIC itself notices: e1000e takes one or two timer ticks, 4 to 8 ms at HZ=250,
vmxnet3 none. The second cut is the harder one: after one change of a link the kernel tells of the next up to a second late
(linkwatch_schedule_work()). How much longer than the least the driver took is measured, and what was sent in it is not
judged. The worst in all is what scripts/bench downtime tells. The kernel's own net_failover loses all that comes in while
the cable is cut.
"""
from functools import partial

import pytest

from harness.evidence.noticing import Noticing
from lab.repeated import assert_within

pytestmark = pytest.mark.alone


@pytest.mark.parametrize("nic, most", [("e1000e", 8), ("vmxnet3", 2)])
def test_carrier_loss_loses_what_the_nic_hid(host, kmod, note, nic, most):
    noticing = Noticing(host)
    # Receiving only, no frame of the guest's own finds the link dead; the module must look, and announce.
    for both_ways, bound in (True, most), (False, 10):
        assert_within(host.machine.may_lose(bound), partial(cut_twice, host, kmod, noticing, note, both_ways))


def cut_twice(host, kmod, noticing, note, both_ways):
    """{(direction, which cut): lost}, beyond what the driver kept to itself for longer than it needs to."""
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
    late = noticing.late(cuts=2)
    lost = {}
    for way, end in mark.items():
        flow = getattr(stream, way)
        lost |= {(way, "first cut"): flow.lost_between(0, end) - late[0],
                 (way, "second cut"): flow.lost_between(end, None) - late[1]}
    note(f"driver late by {late[0]:.1f} and {late[1]:.1f} ms; {stream}")
    return lost
