# SPDX-License-Identifier: GPL-2.0-only
"""The primary's cable is cut while a stream runs, mended, and cut again as soon as the primary carries.

    peer -- br0 -- tap0 -- virtio-net (standby, hidden) -+
              `-X- tap1 -- e1000e     (primary, hidden) -+- master 10.77.0.2/24

Nothing can save what is sent before the NIC's interrupt. vmxnet3's driver reads the link in it. e1000e's looks one or two
timer ticks later, 4 to 12 ms at HZ=250: what the guest sends in that time goes by the standby already. The second cut is the
harder one: after one change of a link the kernel tells of the next up to a second late (linkwatch_schedule_work()). The
worst in all is what scripts/bench downtime tells. The kernel's own net_failover loses all that comes in while the cable is
cut.
"""
from functools import partial

import pytest

from harness.evidence.stream import SENT_UNKNOWN
from lab.repeated import assert_within

pytestmark = pytest.mark.alone


CUTS = "first cut", "second cut"


@pytest.mark.parametrize("nic, most, most_sent", [("e1000e", 8, SENT_UNKNOWN), ("vmxnet3", 2, 2)])
def test_carrier_loss_loses_what_was_sent_before_its_interrupt(host, kmod, note, nic, most, most_sent):
    # Receiving only, no frame of the guest's own finds the link dead; the module must look, and announce.
    for both_ways, bounds in (True, {"inbound": most, "outbound": most_sent}), (False, {"inbound": 10}):
        within = {(way, cut): host.machine.may_lose(bound) for way, bound in bounds.items() for cut in CUTS}
        assert_within(within, partial(cut_twice, host, kmod, note, both_ways))


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
    note(stream)
    lost = {}
    for way, end in mark.items():
        flow = getattr(stream, way)
        lost |= {(way, cut): flow.lost_between(*part) for cut, part in zip(CUTS, ((0, end), (end, None)))}
    return lost
