# SPDX-License-Identifier: GPL-2.0-only
"""NICs that filter VLANs by themselves let pass those that are on the master, and no others: each slave, also one that was
not there when a VLAN came or went.

    br0 -- tap0 == virtio-net (standby, hidden), its filter told by a control queue -+
     `---- tap1 -- vmxnet3    (primary, hidden), its filter a table in memory -------+- master -- VLANs

Seen by frames with tags that a NIC lets pass or not. Not with QEMU's e1000e, which lets all pass whatever it is told; its
virtio-net lets pass what it was never told of.
"""
import pytest

from harness.evidence.vlan_probe import let_pass

VLANS = (77, 78, 79, 1023)


def add(guest, master, *vlans):
    for vlan in vlans:
        guest.sh(f"ip link add link {master} name vlan{vlan} type vlan id {vlan} && ip link set vlan{vlan} up")


def delete(guest, *vlans):
    for vlan in vlans:
        guest.sh(f"ip link del vlan{vlan}")


def filters(host, kmod, *wanted, roles=("standby", "primary")):
    """These slaves let exactly these pass."""
    for role in roles:
        passed = let_pass(host, kmod.name, role, VLANS)
        assert passed == set(wanted), f"the {role} lets {sorted(passed)} pass, expected {sorted(wanted)}"


def has_filter(guest, name):
    return guest.json("ethtool", "--json", "-k", name)[0]["rx-vlan-filter"]["active"]


@pytest.mark.machine(primary="vmxnet3")
def test_slaves_filter_what_is_on_the_master(host, guest, kmod):
    guest.run("modprobe", "8021q")
    assert has_filter(guest, kmod.name)
    filters(host, kmod, roles=("primary",))
    # Now the standby was told of all of them.
    add(guest, kmod.name, *VLANS)
    delete(guest, *VLANS)
    filters(host, kmod)
    add(guest, kmod.name, 77, 78)
    filters(host, kmod, 77, 78)
    host.unplug()
    kmod.announces("standby")
    add(guest, kmod.name, 1023)
    delete(guest, 78)
    filters(host, kmod, 77, 1023, roles=("standby",))
    host.plug()
    kmod.announces("primary", seconds=20)
    filters(host, kmod, 77, 1023)
    guest.sh(f"ip link set {kmod.name} down && ip link set {kmod.name} up")
    kmod.announces("primary", seconds=20)
    add(guest, kmod.name, 79)
    filters(host, kmod, 77, 79, 1023)
    delete(guest, 77, 1023)
    filters(host, kmod, 79)
    delete(guest, 79)
    filters(host, kmod)
