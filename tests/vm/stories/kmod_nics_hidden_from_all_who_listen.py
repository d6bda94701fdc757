# SPDX-License-Identifier: GPL-2.0-only
"""A program listens from before the NICs have drivers. Whatever becomes of the NICs, it hears of the master alone.

    peer -- br0 -- tap0 -- virtio-net (standby, hidden) -+
              `--- tap1 -- e1000e     (primary, hidden) -+- master 10.77.0.2/24

PCI devices come and go for everybody to hear: that is how the story knows that the listener was not deaf.
"""
import pytest

from harness import wait
from harness.evidence.listener import Listener

OTHER = "renamed0"
HELPER = "/usr/lib/vf-failover/fom-netns"


def test_a_namespace_that_somebody_else_gave_is_as_good(guest, kmod):
    assert guest.run(HELPER).stderr == ""
    assert "fom-netns" not in guest.kernel_log()
    kmod.sees_only_master()


@pytest.mark.machine(drivers=False)
def test_nics_that_were_seen_go_and_the_primary_returns_when_it_has_no_master(guest, kmod):
    """Who makes the namespace comes last."""
    guest.sh("modprobe fom netns_helper=")
    kmod.load()
    wait.until("all three, for there is no namespace to hide them in", lambda: len(kmod.of_mac()) == 3, 15)
    guest.run(HELPER)
    kmod.begin()
    guest.run("modprobe", "-r", "virtio_net")
    kmod.name = None
    wait.until("the primary to be nobody's", lambda: len(kmod.of_mac()) == 1, 15)
    guest.run("modprobe", "virtio_net")
    kmod.begin()


@pytest.mark.machine(drivers=False)
@pytest.mark.parametrize("nic", ["e1000e", "vmxnet3"])
def test_who_listens_hears_of_the_master_alone(host, guest, kmod, nic):
    listener = Listener(guest)
    kmod.load()
    kmod.begin()
    first = kmod.name
    host.unplug()
    kmod.goes_to("standby")
    kmod.sees_only_master()
    host.plug()
    kmod.goes_to("primary", seconds=20)
    kmod.sees_only_master()
    for name in (OTHER, first):
        kmod.rename(name)
        kmod.sees_only_master()
    kmod.unload()
    guest.sees_only("lo")
    kmod.load()
    kmod.begin()
    assert kmod.name == first

    heard = listener.stop()
    assert heard.names() == {first, OTHER}
    assert heard.of_device("add", "move", "remove") == [("add", first), ("move", OTHER), ("move", first),
                                                        ("remove", first), ("add", first)]
    plugged = [record["action"] for record in heard.pci if record["name"] == heard.pci[-1]["name"]]
    assert plugged.count("unbind") >= 2 and "add" in plugged, f"the listener heard too little of the primary: {plugged}"
