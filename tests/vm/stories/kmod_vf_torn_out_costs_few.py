# SPDX-License-Identifier: GPL-2.0-only
"""The VF is torn out under a stream: it sends and receives nothing any more, and only then its driver hears of it.

    peer -- br0 -- tap0 -- virtio-net (standby, hidden) -+
              `-/- tap1 -- e1000e     (primary, hidden) -+- master 10.77.0.2/24

QEMU always asks the guest first. So the guest deafens the device itself (memory access and bus mastering off), and takes
it off the bus, which a root port that finds its slot empty would make the kernel do. What is lost is what was sent between
the two, and until the fabric has learned.
"""
import pytest

pytestmark = pytest.mark.alone

MOST = 10
TIMES = 3  # other work of this machine only ever adds: the best counts

# The low byte of PCI_COMMAND is at 4. No program is started between the two: that would take longer than either.
TEAR_OUT = r"exec 3<>config && head -c4 <&3 >/dev/null && printf '\0' >&3 && echo 1 >remove"


@pytest.mark.parametrize("nic", ["e1000e", "vmxnet3"])
def test_a_primary_torn_out_costs_few_packets(host, guest, kmod, note, nic):
    most = host.machine.may_lose(MOST)
    for both_ways in (True, False):
        lost = []
        while not lost or len(lost) < TIMES and min(lost) > most:
            lost.append(tear_out(host, guest, kmod, note, both_ways))
        assert min(lost) <= most, f"{'both ways' if both_ways else 'receiving only'}: at least {min(lost)} lost one way"


def tear_out(host, guest, kmod, note, both_ways):
    """What was lost in the direction that lost more."""
    device = guest.sh(f"echo /sys/bus/pci/drivers/{host.qemu.driver}/0000:*").strip()
    stream = host.stream(both_ways, pps=1000)
    guest.sh(f"cd {device} && {TEAR_OUT}")
    kmod.announces("standby")
    stream.flows().stop()
    note(stream)
    kmod.sees_only_master()
    # The device knows nothing of its driver's end: another one comes back.
    host.unplug()
    host.plug()
    kmod.announces("primary", seconds=20)
    return max(flow.lost for flow in (stream.inbound, stream.outbound) if flow)
