# SPDX-License-Identifier: GPL-2.0-only
"""The VF is pulled while a stream runs, and comes back. With the module nothing is lost on the way.

    peer -- br0 -- tap0 -- virtio-net (standby, hidden) -+
              `--- tap1 -- e1000e     (primary, hidden) -+- master 10.77.0.2/24

Both ways, and one way: there no frame of the guest's own tells the fabric where it is now; the announcement must. Then
all over again with a fabric that learns 10 ms late: until it has, the primary must go on receiving although its driver has
been told to let go. The kernel's own net_failover loses 61-68 packets of 1,000 a second at the unplug of an e1000e, 3-9 of
a vmxnet3, 491-495 at the replug, and receives nothing until somebody asks for it where it only receives.
"""
import pytest

from lab.repeated import rounds

pytestmark = pytest.mark.alone

LATE = 0.010  # seconds
LATER = 0.050  # than a program takes to say two things


@pytest.mark.parametrize("nic", ["e1000e", "vmxnet3"])
def test_unplug_and_replug_lose_nothing(host, kmod, note, nic):
    for _ in rounds():
        unplug_and_replug(host, kmod, note, "prompt fabric")
    host.fabric.learn_late(LATE)
    for _ in rounds():
        unplug_and_replug(host, kmod, note, "late fabric")


def unplug_and_replug(host, kmod, note, title):
    for both_ways in (True, False):
        for change, role in ((host.unplug, "standby"), (host.plug, "primary")):
            stream = host.stream(both_ways, pps=1000)
            change()
            kmod.announces(role, seconds=20)
            kmod.sees_only_master()
            stream.flows().stop()
            told = f"{title}, {change.__name__}, {'both ways' if both_ways else 'receiving only'}: {stream}"
            note(told)
            assert stream.lost <= host.machine.may_lose(0), told


@pytest.mark.parametrize("nic", ["e1000e", "vmxnet3"])
def test_a_slave_left_just_before_loses_nothing(host, guest, kmod, note, nic):
    """Somebody doubts the VF, and it is pulled at once: the fabric has been told, but not learned yet."""
    kmod.doubt("primary", 0)
    host.fabric.learn_late(LATER)
    device = guest.sh(f"ls -d /sys/bus/pci/drivers/{host.qemu.driver}/0*").strip()
    stream = host.stream(both_ways=False, pps=1000)
    host.happens("away")
    guest.sh(f"{kmod.command('doubted', 0, 'doubt', 5000)} && echo {device.rsplit('/', 1)[-1]} >{device}/driver/unbind", seconds=60)
    kmod.announces("standby", seconds=20)
    kmod.sees_only_master()
    stream.flows().stop()
    note(f"{nic}: {stream}")
    assert stream.lost <= host.machine.may_lose(0)
