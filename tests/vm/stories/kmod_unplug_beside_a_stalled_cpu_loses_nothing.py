# SPDX-License-Identifier: GPL-2.0-only
"""The VF is pulled while the CPU that takes its interrupts does not run: its hypervisor has lent it to others. What the VF
has received by then waits in its ring for that CPU, and looks as if nothing came any more. The standby is served by
another CPU.

    peer -- br0 -- tap0 -- virtio-net (standby, hidden) CPU 0 -+
              `--- tap1 -- e1000e     (primary, hidden) CPU 1 -+- master 10.77.0.2/24
"""
import pytest

from harness.machine.stall import stalled

# All interrupts, programs and unbound work on CPU 0.
pytestmark = [pytest.mark.alone, pytest.mark.machine(append="isolcpus=1 irqaffinity=0")]

WAITING = 20  # packets that come before the VF is pulled
STALL = 100   # packets after that: the driver is held no longer
TO_CPU_1 = """for irq in /sys/bus/pci/drivers/{driver}/0*/msi_irqs/*; do
	echo 2 >/proc/irq/${{irq##*/}}/smp_affinity
done"""


@pytest.mark.parametrize("nic", ["e1000e", "vmxnet3"])
def test_frames_that_wait_for_the_cpu_are_not_lost(host, guest, kmod, note, nic):
    guest.sh(TO_CPU_1.format(driver=host.qemu.driver))
    stream = host.stream(both_ways=False, pps=1000)
    with stalled(host.qemu, 1):
        stream.await_inbound_sent(WAITING)
        host.happens("away")
        host.qmp.do("device_del", id="primary")
        stream.await_inbound_sent(STALL)
    kmod.announces("standby", seconds=20)
    stream.flows().stop()
    note(f"{nic}: {stream}")
    # Whether the primary brought them, and whether they were refused then.
    assert stream.lost <= host.machine.may_lose(0), guest.run("ethtool", "-S", kmod.name).stdout
