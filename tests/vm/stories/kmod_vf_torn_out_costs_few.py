# SPDX-License-Identifier: GPL-2.0-only
"""The VF is torn out under a stream: it sends and receives nothing any more, and only then its driver hears of it.

    peer -- br0 -- tap0 -- virtio-net (standby, hidden) -+
              `-/- tap1 -- e1000e     (primary, hidden) -+- master 10.77.0.2/24

QEMU always asks the guest first. So the guest deafens the device itself (memory access and bus mastering off), and takes
it off the bus, which a root port that finds its slot empty would make the kernel do. The first of the two takes QEMU 5 to 11
ms, in which it draws its map of all memory anew, and the device is deaf from somewhere in there on: that time is measured,
and not the module's. What is lost beyond it is what was sent until the driver heard, and until the fabric has learned: with
the least that QEMU takes, 10 in all.
"""
from functools import partial

import pytest

from harness.evidence.calls import Calls
from lab.repeated import assert_within

pytestmark = pytest.mark.alone

MOST = 5

# The low byte of PCI_COMMAND is at 4. Between the two nothing is started and nothing opened.
TEAR_OUT = r"exec 3<>config 4>remove && head -c4 <&3 >/dev/null && printf '\0' >&3 && echo 1 >&4"
STEPS = "pci_write_config", "remove_store"


@pytest.mark.parametrize("nic", ["e1000e", "vmxnet3"])
def test_a_primary_torn_out_costs_few_packets(host, guest, kmod, note, nic):
    most = host.machine.may_lose(MOST)
    steps = Calls(host, *STEPS)
    for both_ways in (True, False):
        assert_within(most, partial(tear_out, host, guest, kmod, steps, note, both_ways))


def deafening_ms(steps):
    """What the last one took, and where it was not watched nothing."""
    seen = {call.function: call.seconds for call in steps.take()}
    return (seen[STEPS[1]] - seen[STEPS[0]]) * 1e3 if seen else 0


def tear_out(host, guest, kmod, steps, note, both_ways):
    """{which direction: lost}, of the one that lost more, beyond what was sent while the device went deaf."""
    device = guest.sh(f"echo /sys/bus/pci/drivers/{host.qemu.driver}/0000:*").strip()
    stream = host.stream(both_ways, pps=1000)
    guest.sh(f"cd {device} && {TEAR_OUT}")
    kmod.announces("standby")
    stream.flows().stop()
    deaf = deafening_ms(steps)
    note(f"deafened in {deaf:.1f} ms; {stream}")
    kmod.sees_only_master()
    # The device knows nothing of its driver's end: another one comes back.
    host.unplug()
    host.plug()
    kmod.announces("primary", seconds=20)
    return {"the worse way": max(stream.lost_by_way().values()) - deaf * host.machine.pace(1000) / 1000}
