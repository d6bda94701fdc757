# SPDX-License-Identifier: GPL-2.0-only
"""vf-failover-dkms was installed where the guest's Debian was made, and dkms has built for both its kernels. The guest
boots one of them by its own initramfs: there is one device, called as the standby would be, and networkd configures it.
Later the daemon's package comes; it takes nothing over, it tells.

    peer, DHCP -- br0 -- tap0 -- virtio-net, failover=on (standby, hidden) -+
                    `--- tap1 -- e1000e                  (primary, hidden) -+- enp1s0, configured by systemd-networkd
"""
import pytest

from harness.machine.debian import OWN_KERNELS, own_kernel
from harness.masters.installed import Installed
from harness.masters.kmodule import KernelModule

NAME = "enp1s0"
PACKAGE = "/root/vf-failover.deb"
UDEV = f"udevadm info --query=property /sys/class/net/{NAME}"


@pytest.fixture
def machine(machine, kernel):  # pylint: disable=unused-argument # pytest asks the outermost for its parameters
    return own_kernel(machine)


def taken_by_modprobe(guest, module):
    """Files of this module and what it needs, as modprobe would load them."""
    shown = guest.sh(f"modprobe --show-depends {module}").split()
    return {word.rsplit("/", 1)[-1].split(".")[0]: word for word in shown if ".ko" in word}


@pytest.mark.kernels(*OWN_KERNELS)
def test_dkms_package_hides_slaves_from_boot_on(host, guest, system, note):
    system.await_running()
    system.expect_one_network(NAME)
    kmod = KernelModule(host)
    kmod.name = NAME
    kmod.check_loaded()
    kmod.sees_only_master()
    kmod.goes_to("primary")
    files = taken_by_modprobe(guest, "virtio_net")
    for module in ("net_failover", "fom"):
        assert f"/{guest.run('uname', '-r').stdout.strip()}/updates/dkms/{module}.ko" in files[module]
    assert "fom-netns" not in guest.kernel_log(), "the program had something to complain of"

    lease, asked = system.lease(), host.dhcp.requests()
    stream = host.stream(both_ways=True, pps=500)
    host.unplug()
    kmod.announces("standby")
    kmod.sees_only_master()
    host.plug()
    kmod.announces("primary", seconds=30)
    kmod.sees_only_master()

    # Now the daemon. Nothing of what runs changes.
    guest.push(host.machine.deb.read_bytes(), PACKAGE)
    guest.run("dpkg", "--install", PACKAGE, seconds=90)
    product = Installed(host).begin()
    stream.flows().stop()
    note(stream)
    assert stream.lost == 0, stream
    assert system.lease() == lease and host.dhcp.requests() == asked
    told = guest.run("failoverctl", "status").stdout
    assert f"{NAME}  traffic on primary0 (primary)" in told and "kmod (fom)" in told, told
    assert product.masters()[0]["backend"] == "kmod"
    # Nor is it more to udev than a NIC for which there is a daemon.
    assert "FAILOVER_ROLE" not in guest.sh(UDEV) and "ID_NET_DRIVER=fom" in guest.sh(UDEV)
    assert guest.sh(f"ACTION=add IFINDEX=$(cat /sys/class/net/{NAME}/ifindex) /usr/lib/udev/vf-failover-role {NAME}") == ""
    product.judge()
    kmod.judge()
