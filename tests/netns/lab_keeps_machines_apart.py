# SPDX-License-Identifier: GPL-2.0-only
"""The lab itself: each machine has its own devices, runtime files and BPF pins, in as many labs as you like."""
from lab import Lab


def test_two_labs_with_the_same_addresses_do_not_meet():
    with Lab(user="eth1") as one, Lab(user="eth1") as other:
        flows = [lab.traffic(pps=1000) for lab in (one, other)]
        one.unplug("primary")
        for flow in flows:
            flow.pass_packets(300)
        assert flows[0].loss(seconds=0.2).lost_out >= 290
        untouched = flows[1].loss()
        assert (untouched.lost_in, untouched.lost_out) == (0, 0)


def test_pins_and_runtime_files_of_one_guest_are_not_in_another():
    with Lab() as one, Lab() as other:
        for path in ("/sys/fs/bpf/failover", "/run/failoverd", "/var/lib/failover"):
            one.guest.run("mkdir", path)
            assert one.guest.path(path).is_dir()
            assert not other.guest.path(path).exists()
            assert not one.peer.path(path).exists()


def test_sysfs_shows_the_devices_of_its_own_machine(lab):
    def devices(machine):
        return sorted(machine.run("ls", "/sys/class/net").split())

    assert devices(lab.guest) == ["eth0", "eth1", "lo"]
    assert devices(lab.peer) == ["eth0", "lo"]
    assert "br0" in devices(lab.fabric)
