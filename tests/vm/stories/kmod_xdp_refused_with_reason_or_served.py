# SPDX-License-Identifier: GPL-2.0-only
"""What a slave's driver cannot do for the master's XDP program is done by the stack, and the kernel's log says why;
what nobody can do is refused, and who asked for it is told why. Programs come and go under traffic.

    peer -- br0 -- tap0 == virtio-net (standby, hidden) -+
              `--- tap1 -- e1000e     (primary, hidden) -+- master
                           vmxnet3
"""
import signal

import pytest

from harness import wait
from harness.evidence.stream import GuestSide, OneWay, PeerSide
from harness.network.fabric import GUEST, PEER
from harness.trials.xdp import PORTS, Box, Programs

# Not the one that checks itself: vmxnet3's XDP breaks a rule there (rcu_dereference() in vmxnet3_xdp_set()).
KERNELS = ("6.1", "6.12", "newest")
JUMBO = 9000
MIB = 1 << 20
CANNOT = "runs XDP programs in the stack: "


@pytest.fixture(name="programs")
def load_programs(host, kmod):
    programs = Programs(host)
    programs.tell("master", kmod.name)
    return programs


def said(guest, device, words):
    """How often the kernel has said so of a device since boot."""
    return sum(f"{device}: " in line and words in line for line in guest.kernel_log().splitlines())


def stream(host, name, pps=500):
    """A stream to the guest's port of that name."""
    peer = PeerSide(host.fabric.peer, host.folder, host.machine.build)
    wait.until("the guest to reach the peer", host.reaches, 20)
    return OneWay(name, peer, GuestSide(host.guest), GUEST, PORTS[name], host.machine.pace(pps), "0.0.0.0")


def end(way):
    way.stop_sending()
    return way.stop_receiving()


def carries_bytes(host, amount):
    """By TCP, to the guest: what its NICs or the stack would merge."""
    server = GuestSide(host.guest).start("tcp-serve", "serve.json", "--port", 7700)
    wait.until("the guest to listen", server.report)
    client = PeerSide(host.fabric.peer, host.folder, host.machine.build).start(
        "tcp-stream", "stream.json", "--to", GUEST, "--port", "7700", "--rate", str(4 * MIB))

    def received():
        server.send_signal(signal.SIGUSR1)
        return server.report()["bytes_received"]

    wait.until(f"{amount} bytes", lambda: received() >= amount, 60, 0.2)
    client.stop()
    assert server.stop()["bytes_wrong"] == 0


@pytest.mark.machine(primary="e1000e")
def test_a_nic_that_cannot_is_plugged_and_the_stack_serves_it(host, guest, kmod, programs):
    host.unplug()
    kmod.announces("standby")
    programs.attach(kmod.name)
    assert not said(guest, "standby0", CANNOT), "virtio_net does not run the program"
    host.plug()
    kmod.announces("primary", seconds=20)
    assert said(guest, "primary0", CANNOT + "its driver cannot") == 1
    way = stream(host, "pass")
    carries_bytes(host, host.machine.pace(4 * MIB))
    flow, counts = end(way), programs.counts()
    assert flow.lost <= host.machine.may_lose(0) and counts["pass"] == flow.received, f"{flow}; {counts}"
    # The program sees what came, not what GRO makes of it.
    assert counts["long"] == 0, counts
    programs.detach(kmod.name)
    assert host.reaches()


@pytest.mark.machine(primary="e1000e", standby={"host_mtu": JUMBO})
def test_frames_that_a_driver_has_no_room_for(host, guest, kmod, programs, kernel):
    host.fabric.switch.batch("\n".join(f"link set {name} mtu {JUMBO}" for name in ("br0", "trunk", "tap0", "tap1")))
    host.fabric.peer.batch(f"link set peer0 mtu {JUMBO}")

    def set_mtu(mtu):
        return guest.run("ip", "link", "set", kmod.name, "mtu", mtu, check=False).rc == 0

    def carries_jumbo(role):
        kmod.goes_to(role, seconds=20)
        ping = guest.run("ping", "-c3", "-i0.1", "-W2", "-Mdo", "-s", JUMBO - 28, PEER, check=False)
        assert " 3 received" in ping.stdout, f"by the {role}: {ping!r}"

    if guest.links()[kmod.name]["mtu"] != 1500:
        assert set_mtu(1500)
    programs.attach(kmod.name)
    assert not set_mtu(JUMBO), "an MTU was taken that virtio_net cannot run the program with"
    assert said(guest, "standby0", "could not run the XDP program any more: ") == 1
    assert said(guest, kmod.name, f"standby0 refuses an MTU of {JUMBO}") == 1
    assert guest.links()[kmod.name]["mtu"] == 1500
    kmod.goes_to("primary")

    programs.detach(kmod.name)
    assert set_mtu(JUMBO)
    programs.attach(kmod.name)
    assert said(guest, "standby0", CANNOT) == 1
    carries_jumbo("primary")
    host.unplug()
    carries_jumbo("standby")
    # One that takes frames in several buffers: virtio_net can since 6.3.
    programs.attach(kmod.name, "by_port_in_frags", over=True)
    assert said(guest, "standby0", "runs XDP programs in its driver") == (kernel != "6.1")
    carries_jumbo("standby")
    programs.attach(kmod.name, over=True)
    assert said(guest, "standby0", CANNOT) == (1 if kernel == "6.1" else 2)
    carries_jumbo("standby")
    host.plug()
    carries_jumbo("primary")


def refused(result, reason):
    assert result.rc != 0 and reason in result.stderr, repr(result)


def test_who_asks_for_what_cannot_be_is_told_why(guest, kmod, programs):
    refused(programs.attach(kmod.name, how="xdpoffload", check=False), "no hardware can keep its program")
    guest.sh("""set -e
        modprobe veth && modprobe dummy numdummies=0
        ip link add fom9 type fom
        for number in 1 2 3; do ip link add low$number type veth peer name far$number; done
        ip link set low1 master fom9""")
    # On a slave first: the master has none then, and the slave before it none any more.
    programs.attach("low2")
    guest.sh("ip link set low2 master fom9")
    refused(programs.attach("fom9", check=False), "A slave has an XDP program of its own")
    programs.attach("low1")
    programs.detach("low1")
    programs.detach("low2")
    # On the master first.
    programs.attach("fom9")
    refused(programs.attach("low1", check=False), "upper device already has a program")
    programs.attach("low3")
    refused(guest.run("ip", "link", "set", "low3", "master", "fom9", check=False),
            "The device has an XDP program of its own")
    assert "master" not in guest.links()["low3"]
    # What the stack must not do with a slave that it runs the program for, it does again afterwards.
    guest.sh("ip link add low4 type dummy && ip link set low4 master fom9")
    assert said(guest, "low4", CANNOT + "its driver cannot") == 1
    assert not merges(guest, "low4")
    programs.detach("fom9")
    assert merges(guest, "low4")
    guest.sh("ip link del fom9; for name in low1 low2 low3 low4; do ip link del $name; done")


def merges(guest, device):
    return guest.json("ethtool", "--json", "-k", device)[0]["generic-receive-offload"]["active"]


@pytest.mark.machine(queues=4)
@pytest.mark.kernels(*KERNELS)
@pytest.mark.parametrize("nic", ["e1000e", "vmxnet3"])
def test_nics_go_with_the_program_attached_and_come_back(host, kmod, programs, nic):
    """virtio_net has queues of its own for XDP; they must go as well."""
    programs.attach(kmod.name)
    kmod.unload()
    kmod.name = None
    assert kmod.shown() == {"lo"}, f"without a {nic} and its drivers"
    kmod.load()
    kmod.begin()
    # The new one has no program until it is given one.
    assert "xdp" not in host.guest.links()[kmod.name]
    programs.tell("master", kmod.name)
    programs.attach(kmod.name)
    way = stream(host, "pass")
    way.await_packets(100, 20)
    flow, counts = end(way), programs.counts()
    assert flow.lost <= host.machine.may_lose(0) and counts["pass"] == flow.received, f"{flow}; {counts}"


@pytest.mark.machine(queues=4)
@pytest.mark.kernels(*KERNELS)
@pytest.mark.parametrize("nic", ["e1000e", "vmxnet3"])
def test_programs_take_each_others_place_under_traffic(host, kmod, programs, nic):
    programs.attach(kmod.name)
    way = stream(host, "pass")
    # Both count into the same map. Where the driver runs them it is given another word each time.
    for number in range(20):
        programs.attach(kmod.name, ("by_port_in_frags", "by_port")[number % 2], over=True)
        way.await_packets(20, 20)
    flow, counts = end(way), programs.counts()
    assert flow.lost <= host.machine.may_lose(0) and flow.duplicates == 0, f"{nic}: {flow}"
    assert counts["pass"] == flow.received, f"{flow}; {counts}"


@pytest.mark.kernels(*KERNELS)
@pytest.mark.parametrize("nic", ["e1000e", "vmxnet3"])
def test_a_program_of_a_map_sees_what_leaves_by_the_master(host, guest, kmod, programs, nic):
    box = Box(guest)
    programs.target("master", kmod.name, "leaving")
    programs.attach(box.OUTER, "to_master")
    way = OneWay("onward", box.side, PeerSide(host.fabric.peer, host.folder, host.machine.build), PEER, PORTS["onward"],
                 host.machine.pace(500), "0.0.0.0")
    way.await_packets(200, 20)
    host.unplug()
    kmod.announces("standby")
    way.await_packets(200, 20)
    flow, counts = end(way), programs.counts()
    box.remove()
    assert flow.lost <= host.machine.may_lose(0) and flow.duplicates == 0, f"{nic}: {flow}"
    assert counts["leaving"] == flow.sent, f"{flow}; {counts}"
