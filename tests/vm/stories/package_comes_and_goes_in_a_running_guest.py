# SPDX-License-Identifier: GPL-2.0-only
"""The package is installed in a guest that runs and is configured, later replaced by another version, and removed. It
takes over what is there, and gives it back.

    peer, DHCP -- br0 -- tap0 -- virtio-net (standby) -+
                    `--- tap1 -- e1000e     (primary) -+- enp1s0, configured by systemd-networkd
"""
import pytest
from harness import wait
from harness.masters.installed import HIDDEN, Installed
from harness.network.fabric import GUEST

# The primary is nobody's business in this guest, as an administrator without failover has to arrange it.
SPARED = "[Match]\nDriver=e1000e\n\n[Link]\nUnmanaged=yes\n"
RESIDUE = f"""{HIDDEN} /run/failoverd /run/vf-failover /sys/fs/bpf/failover /etc/failover /var/lib/failover
/usr/sbin/failoverd /usr/lib/systemd/system/failoverd.service /run/systemd/system/failoverd.service""".split()
PACKAGE = "/root/vf-failover.deb"


def state(guest, name):
    """What of a device an administrator may have set, and we may have changed."""
    link = guest.links()[name]
    return {key: link.get(key) for key in ("address", "mtu", "promiscuity", "allmulti", "flags", "ifalias")}


def without_us(guest, system):
    """The standby is configured, the primary a spare: their states."""
    guest.sees_only("lo", "enp1s0", "enp2s0")
    wait.until("networkd to leave the primary alone", lambda: system.networks()["enp2s0"][1] == "unmanaged", 20, 0.2)
    system.await_address("enp1s0", GUEST)
    assert guest.driver("enp1s0") == "virtio_net" and guest.driver("enp2s0") == "e1000e"
    assert system.addresses()["enp2s0"] == []
    # Sockets may be bound to the index of what was configured; a spare has no users.
    return guest.links()["enp1s0"]["ifindex"], state(guest, "enp1s0"), state(guest, "enp2s0")


@pytest.mark.machine(plugged=False)
def test_package_takes_over_a_running_guest_and_gives_it_back(host, guest, system, note):
    assert system.await_booted() == "running", system.failed_units()
    guest.push(SPARED.encode(), "/etc/systemd/network/10-spare.network")
    guest.run("networkctl", "reload")
    host.plug()
    wait.until("the primary to have its name", lambda: "enp2s0" in guest.links(), 20, 0.2)
    before, lease = without_us(guest, system), system.lease()
    guest.push(host.machine.deb.read_bytes(), PACKAGE)
    stream = host.stream(both_ways=True, pps=500)

    guest.run("dpkg", "--install", PACKAGE, seconds=90)
    product = Installed(host)
    product.begin()
    product.judge()
    assert system.lease().client == lease.client
    stream.flows()

    guest.run("dpkg", "--purge", "vf-failover", seconds=90)
    assert without_us(guest, system) == before
    assert system.lease().client == lease.client
    stream.flows().stop()
    note(f"installed and removed: {stream}")
    # networkd sees a device go and another come, each time, and configures it anew: what that takes is lost. It must
    # not be more than two seconds (of 500 packets).
    assert max(stream.inbound.longest, stream.outbound.longest) <= 1000
    assert guest.sh(f"ls -d {' '.join(RESIDUE)} 2>/dev/null || true") == ""
    assert "nsfs" not in guest.sh("cat /proc/self/mountinfo")
    assert "FAILOVER_ROLE" not in guest.sh("udevadm info --export-db")
    assert "failoverd" not in guest.sh("systemctl list-units --all --plain --no-legend --no-pager")
    assert system.failed_units() == ""
    # Our rules wanted the daemon for the NICs that were given back; it must not have come.
    assert system.journal("--unit=failoverd").count("Starting failoverd.service") == 1


def test_new_version_takes_over_what_runs(host, guest, installed, note):
    installed.begin()
    guest.push(host.machine.deb.read_bytes(), PACKAGE)
    old, asked = installed.pid(), host.dhcp.requests()
    stream = host.stream(both_ways=True, pps=500)
    guest.run("dpkg", "--install", PACKAGE, seconds=90)
    wait.until("a new failoverd", lambda: installed.pid() not in (0, old), 20, 0.2)
    installed.await_master()
    installed.master.expect(active="primary")
    stream.flows().stop()
    note(stream)
    assert host.dhcp.requests() == asked
    assert stream.lost == 0
