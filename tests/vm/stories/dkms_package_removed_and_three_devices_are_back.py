# SPDX-License-Identifier: GPL-2.0-only
"""vf-failover-dkms was installed where the guest's Debian was made, and purged again. The guest boots as if it had never
been there: the kernel's own net_failover shows three devices.

    virtio-net, failover=on (standby) -+
    e1000e                  (primary) -+- net_failover
"""
import pytest

from harness import wait
from harness.machine.debian import own_kernel, with_modules


@pytest.fixture
def machine(machine, kernel):  # pylint: disable=unused-argument # pytest asks the outermost for its parameters
    return own_kernel(machine, modules="purged")


@pytest.mark.kernels("6.12")
def test_dkms_package_removed_and_three_devices_are_back(host, guest, system):
    wait.until("the kernel's net_failover to form", lambda: set(guest.nics()) == {"master", "standby", "primary"}, 60, 0.5)
    assert guest.sh("cat /sys/module/net_failover/taint").strip() == ""
    assert "/kernel/drivers/net/net_failover.ko" in guest.run("modinfo", "--field=filename", "net_failover").stdout
    assert not system.active("failoverd")
    made = with_modules(host.machine.deb)
    before, installed, after = (set((made / name).read_text().splitlines()) for name in ("before", "module/files", "purged/files"))
    assert len(installed - before) > 20, "the package was never there"
    assert after == before, f"left behind: {sorted(after - before)}, missing: {sorted(before - after)}"
