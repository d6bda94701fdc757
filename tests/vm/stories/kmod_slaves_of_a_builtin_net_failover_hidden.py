# SPDX-License-Identifier: GPL-2.0-only
"""Where the kernel's own net_failover cannot be replaced, fom only hides: its slaves are seen by nobody, from the moment
they register or from when the hidden namespace is there.

    peer -- br0 -- tap0 -- virtio-net (standby, hidden) -+
              `--- tap1 -- e1000e     (primary, hidden) -+- net_failover of the kernel's own, 10.77.0.2/24
"""
import pytest

from harness import wait
from harness.evidence.listener import Listener

pytestmark = pytest.mark.machine(drivers=False)

HELPER = "/usr/lib/vf-failover/fom-netns"
# As where it is built in: ours is not installed, and virtio_net does not need fom.
OWN = "rm $(find /lib/modules/*/updates -name 'net_failover.ko*') && depmod"


def take_up(guest, kmod):
    """The one device, which is the kernel's own net_failover."""
    wait.until("one device of the guest's MAC", lambda: len(kmod.of_mac()) == 1, 15)
    kmod.name = kmod.of_mac()[0]
    assert guest.sh("cat /sys/module/net_failover/taint").strip() == "", "it is ours"
    assert "net_failover" in guest.run("ethtool", "-i", kmod.name).stdout
    guest.configure(kmod.name)
    kmod.goes_to("primary", seconds=20)
    kmod.sees_only_master()


def unload(guest, kmod):
    guest.sh("modprobe -r fom")
    wait.until("all three to be seen again", lambda: len(kmod.of_mac()) == 3, 15)
    for driver in reversed(kmod.drivers):
        guest.run("modprobe", "-r", driver)
    guest.sees_only("lo")
    kmod.name = None


def test_who_listens_hears_of_the_net_failover_alone(host, guest, kmod):
    guest.sh(OWN)
    guest.sh("modprobe fom hide_net_failovers=1")
    listener = Listener(guest)
    kmod.load()
    take_up(guest, kmod)
    host.unplug()
    host.await_path("standby")
    kmod.sees_only_master()
    host.plug()
    host.await_path("primary")
    kmod.sees_only_master()
    assert listener.stop().names() == {kmod.name}
    unload(guest, kmod)


def test_slaves_that_were_there_before_go_and_what_is_a_slave_no_more_returns(host, guest, kmod):
    guest.sh(OWN)
    kmod.load()
    wait.until("three devices", lambda: len(kmod.of_mac()) == 3, 15)
    guest.sh("modprobe fom hide_net_failovers=1 netns_helper=")
    assert len(kmod.of_mac()) == 3, "there is no namespace to hide them in"
    guest.run(HELPER)
    take_up(guest, kmod)
    guest.run("modprobe", "-r", "virtio_net")
    wait.until("the primary to be nobody's", lambda: len(kmod.of_mac()) == 1, 15)
    guest.run("modprobe", "virtio_net")
    take_up(guest, kmod)
    unload(guest, kmod)


def test_whoever_holds_the_namespace_all_are_seen_when_the_module_goes(guest, kmod):
    guest.sh(OWN)
    guest.sh("modprobe fom hide_net_failovers=1 netns_helper=")
    guest.sh(f"ip netns add kept; ip netns exec kept {HELPER}")
    kmod.load()
    take_up(guest, kmod)
    unload(guest, kmod)
    guest.sh("ip netns del kept")


def test_unasked_nothing_of_it_is_hidden(guest, kmod):
    guest.sh(OWN)
    guest.sh("modprobe fom")
    kmod.load()
    wait.until("three devices", lambda: len(kmod.of_mac()) == 3, 15)
    unload(guest, kmod)
