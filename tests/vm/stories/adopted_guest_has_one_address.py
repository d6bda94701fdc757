# SPDX-License-Identifier: GPL-2.0-only
"""A whole Debian with our package boots on a hypervisor that offers failover, and its kernel forms its own net_failover:
three devices of one MAC, of which one is to be configured. Nobody runs a command.

    peer, DHCP -- br0 -- tap0 -- virtio-net (standby, enp1s0nsby) -+
                    `--- tap1 -- e1000e     (primary, enp2s0)     -+- net_failover, enp1s0, configured by systemd-networkd
"""
import pytest

from harness import wait
from harness.masters.adopted import AdoptedByDebian

NETWORKS = {"lo": ("carrier", "unmanaged"), "enp1s0": ("routable", "configured"),
            "enp1s0nsby": ("enslaved", "unmanaged"), "enp2s0": ("enslaved", "unmanaged")}


@pytest.mark.machine(failover=True, installed=True)
def test_one_of_three_devices_is_configured_and_keeps_its_lease(host, guest, system, note):
    system.await_running()
    adopted = AdoptedByDebian(host)
    adopted.begin()
    expect_one_network(guest, system)
    lease, asked = system.lease(), host.dhcp.requests()
    stream = host.stream(both_ways=True, pps=500)
    host.unplug()
    adopted.master.goes("primary", "standby")
    host.plug()
    adopted.await_primary()
    stream.flows().stop()
    note(stream)
    # networkd has left the new primary alone too, and noticed nothing.
    expect_one_network(guest, system)
    assert system.lease() == lease and host.dhcp.requests() == asked
    assert stream.inbound.lost <= 10
    assert stream.outbound.lost == 0


def expect_one_network(guest, system):
    wait.until("networkd to be content", lambda: system.networks() == NETWORKS, 40, 0.5)
    addresses = system.addresses()
    assert system.lease().address in addresses["enp1s0"]
    assert not addresses["enp1s0nsby"] and not addresses["enp2s0"], addresses
    assert "duplicate address" not in guest.kernel_log()
    assert system.failed_units() == ""


@pytest.mark.kernels("6.12")
@pytest.mark.machine(failover=True)
def test_without_the_package_each_of_the_three_asks_for_a_lease(host, system):
    """What the package is for; else the story above would prove nothing."""
    wait.until("more than one lease", lambda: len(host.dhcp.leases()) > 1, 60, 0.5)
