# SPDX-License-Identifier: GPL-2.0-only
"""The guest has NetworkManager instead of systemd-networkd, and nobody has told it anything. It takes the master for the
one NIC there is and asks for an address, whoever made it: the kernel module, or failoverd.

    peer, DHCP -- br0 -- tap0 -- virtio-net (standby, hidden) -+
                    `--- tap1 -- e1000e     (primary, hidden) -+- enp1s0, configured by NetworkManager
"""
import pytest

from harness import wait
from harness.machine.debian import own_kernel
from harness.masters.installed import Installed
from harness.masters.kmodule import KernelModule

NAME = "enp1s0"
PACKAGE = "/root/vf-failover.deb"
SWITCH = " ".join(["systemd.mask=systemd-networkd.service systemd.mask=systemd-networkd.socket",
                   "systemd.mask=systemd-networkd-wait-online.service",
                   "systemd.wants=NetworkManager.service systemd.wants=NetworkManager-wait-online.service"])


@pytest.fixture
def machine(machine, kernel):  # pylint: disable=unused-argument # pytest asks the outermost for its parameters
    return own_kernel(machine, append=SWITCH, failover=machine.failover)


def devices(guest):
    """NetworkManager's view: {name: (type, state)}."""
    listed = guest.run("nmcli", "--terse", "--fields", "DEVICE,TYPE,STATE", "device").stdout.splitlines()
    return {line.split(":")[0]: tuple(line.split(":")[1:]) for line in listed}


def await_configured(guest, system, name=NAME):
    wait.until(f"NetworkManager to have configured {name}", lambda: devices(guest).get(name) == ("ethernet", "connected"), 60, 0.5)
    assert system.lease().address in system.addresses()[name]
    assert [state for device, state in devices(guest).items() if device not in ("lo", name)] == []


@pytest.mark.kernels("6.12")
@pytest.mark.machine(failover=True)
def test_networkmanager_configures_the_modules_master(host, guest, system):
    system.await_running()
    await_configured(guest, system)
    kmod = KernelModule(host)
    kmod.name = NAME
    kmod.check_loaded()
    kmod.goes_to("primary")
    lease = system.lease()
    host.unplug()
    kmod.announces("standby")
    host.plug()
    kmod.announces("primary", seconds=30)
    await_configured(guest, system)
    assert system.lease() == lease
    # Why the module's masters have no rtnl kind: what has one is nothing that NetworkManager would configure.
    guest.sh("ip link add made type fom && ip link set made up")
    wait.until("NetworkManager to have seen it", lambda: "made" in devices(guest), 20, 0.2)
    assert devices(guest)["made"][0] != "ethernet"


@pytest.mark.kernels("6.12")
@pytest.mark.machine(failover=False)
def test_networkmanager_configures_failoverds_master(host, guest, system):
    """6.12 has netkit, which it does not know: failoverd makes a veth where NetworkManager is in use."""
    system.await_running()
    guest.push(host.machine.deb.read_bytes(), PACKAGE)
    guest.run("dpkg", "--install", PACKAGE, seconds=90)
    product = Installed(host)
    wait.until("failoverd to be started by somebody", lambda: system.active("failoverd"), 30, 0.2)
    product.await_master()
    assert product.masters()[0]["link"] == "veth"
    # As at a boot, where it sees the master and nothing else, and remembers nothing.
    guest.sh(f"systemctl stop NetworkManager && rm -rf /run/NetworkManager && ip addr flush dev {NAME} && ip link set {NAME} down"
             " && systemctl start NetworkManager")
    await_configured(guest, system)
    host.await_path("primary")
