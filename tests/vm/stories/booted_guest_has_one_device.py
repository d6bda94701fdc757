# SPDX-License-Identifier: GPL-2.0-only
"""A whole Debian with our package boots: udev finds two NICs of one MAC and starts failoverd, networkd configures what
the user sees, one device with one lease. Nobody runs a command.

    peer, DHCP -- br0 -- tap0 -- virtio-net (standby) -+
                    `--- tap1 -- e1000e     (primary) -+- enp1s0, configured by systemd-networkd

After each of these stories the judge of `installed` looks: only one device, known to networkd as configured, one lease,
no duplicate address, no failed unit, no address in the hidden namespace.
"""
import pytest
from harness import wait


def test_booted_guest_has_one_device_that_keeps_its_lease_at_unplug_and_replug(host, guest, installed, note):
    installed.begin()
    guest.sees_only("lo", "enp1s0")
    lease = installed.system.lease()
    asked = host.dhcp.requests()
    stream = host.stream(both_ways=True, pps=500)
    host.unplug()
    installed.master.goes("primary", "standby")
    host.plug()
    installed.master.goes("standby", "primary", seconds=30)
    stream.flows().stop()
    note(stream)
    # networkd noticed nothing.
    assert installed.system.lease() == lease and host.dhcp.requests() == asked
    assert stream.inbound.lost <= 10
    assert stream.outbound.lost == 0


@pytest.mark.kernels("6.12")
@pytest.mark.machine(append="net.ifnames=0 vf.modules=virtio_net,e1000e")
def test_booted_guest_has_one_device_though_the_nics_are_there_before_udev(installed):
    """As where the initramfs brings the drivers. And eth0 stays eth0, as in Debian's images for clouds."""
    installed.begin()
    assert installed.name == "eth0"


@pytest.mark.kernels("6.12")
def test_without_the_package_there_are_two_devices_and_two_leases(host, guest, system):
    """What the package is for; else the stories beside this one would prove nothing."""
    wait.until("a lease for each NIC", lambda: len(host.dhcp.leases()) == 2, 60, 0.5)
    guest.sees_only("lo", "enp1s0", "enp2s0")
    wait.until("IPv6 to find its address taken", lambda: "duplicate address" in guest.kernel_log(), 30, 0.5)
    assert not system.active("systemd-networkd-wait-online")
