# SPDX-License-Identifier: GPL-2.0-only
"""The guest boots with its standby alone, as after a migration, and the package has nothing to do. Then the hypervisor
gives it a primary. Nobody runs a command.

    peer, DHCP -- br0 -- tap0 -- virtio-net (standby) -+
                    `-  +  -- tap1 -- e1000e (primary) +- enp1s0, configured by systemd-networkd
"""
import pytest


@pytest.mark.machine(plugged=False)
def test_primary_plugged_after_boot_is_taken_up(host, guest, installed, note):
    installed.system.await_configured("enp1s0")
    assert not installed.system.active("failoverd")
    lease = installed.system.lease()
    stream = host.stream(both_ways=True, pps=500)
    host.plug()
    installed.begin()
    stream.flows().stop()
    note(stream)
    assert guest.driver("enp1s0") == ""  # the master, no longer the standby itself
    assert installed.system.lease().client == lease.client
    # Once: networkd sees a device go and another come under its name, and configures that.
    assert max(stream.inbound.longest, stream.outbound.longest) <= 1000
