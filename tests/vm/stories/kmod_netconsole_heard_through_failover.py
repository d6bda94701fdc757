# SPDX-License-Identifier: GPL-2.0-only
"""netconsole on the master: the guest's kernel log reaches another machine by whichever NIC is active, and nobody has to
load netconsole anew after a NIC was pulled or came back. All the kernel says is sent, also what the drivers and the module
say in the middle of a failover: those words leave while the NIC that they are about is let go.

    peer0    10.77.0.1, UDP 6666 -- br0 -- tap0 == virtio-net (standby, hidden) -+
    peer0.77 192.0.2.1, UDP 6666     `---- tap1 -- e1000e     (primary, hidden) -+- master -- VLAN 77 192.0.2.77
"""
import re

from harness.network.fabric import GUEST, PEER, PEER_MAC
from harness.network.log_sink import PORT, LogSink
from harness.network.tagged import TaggedPort

# Whatever is logged is sent; and user space, that speaks for the kernel here, may say as much as it likes.
CHATTY = "dmesg -n 8 && echo on >/proc/sys/kernel/printk_devkmsg"
# A line of the log after the other.
SPEAKER = """i=0
while [ ! -e /run/hush ]; do i=$((i + 1)); echo "line $i of the guest" >/dev/kmsg; usleep 10000; done
echo $i
"""
# What is already given to a NIC that is pulled is lost with it.
ON_ITS_WAY = 2
# Of the VLAN at the peer, and of nothing else there: a frame that lost its tag is nobody's.
TAGGED_MAC = "52:54:00:77:00:11"


def begin(guest, device, source, target, mac):
    guest.run("modprobe", "netconsole", f"netconsole=6665@{source}/{device},{PORT}@{target}/{mac}")


def says(guest, sink, words):
    guest.sh(f"echo '{words}' >/dev/kmsg")
    sink.await_words(words)


def says_by_either_nic(host, guest, kmod, sink):
    host.unplug()
    kmod.announces("standby")
    says(guest, sink, "without the primary")
    host.plug()
    kmod.announces("primary", seconds=20)
    says(guest, sink, "with the primary again")


def test_the_log_goes_on_by_the_other_nic(host, guest, kmod, note):
    guest.sh(CHATTY)
    with LogSink(host.fabric.peer, PEER) as sink:
        begin(guest, kmod.name, GUEST, PEER, PEER_MAC)
        says(guest, sink, "before all")
        speaker = guest.start("sh", "-c", SPEAKER)
        sink.await_words("line 10 of", 30)
        says_by_either_nic(host, guest, kmod, sink)
        guest.sh("touch /run/hush")
        last = int(speaker.wait().stdout)
        sink.await_words(f"line {last} of the guest")
        heard = [int(number) for number in re.findall(r"line (\d+) of the guest", sink.text())]
        lost = sorted(set(range(1, last + 1)) - set(heard))
        note(f"{len(lost)} of {last} lines lost: {lost[:10]}")
        assert len(lost) <= host.machine.may_lose(ON_ITS_WAY), lost
        for words in ("primary0 is no slave any more", "primary0 is its primary"):
            assert words in sink.text(), f"the module's own {words!r} was not heard"
    silent_and_gone(host, guest, kmod)


def silent_and_gone(host, guest, kmod):
    """Nothing holds the NICs."""
    guest.run("modprobe", "-r", "netconsole")
    host.unplug()
    kmod.announces("standby")
    host.plug()
    kmod.announces("primary", seconds=20)


def test_the_log_of_a_vlan_has_its_tag_by_either_nic(host, guest, kmod):
    """virtio_net does not put tags into frames, as the e1000e does: that is left to those above it."""
    guest.sh(f"modprobe 8021q && ip link add link {kmod.name} name vlan77 type vlan id 77"
             " && ip addr add 192.0.2.77/24 dev vlan77 && ip link set vlan77 up")
    with TaggedPort(host.fabric.peer, "peer0", "peer0.77", 77):
        host.fabric.peer.batch(f"link set peer0.77 address {TAGGED_MAC} up\naddr add 192.0.2.1/24 dev peer0.77")
        with LogSink(host.fabric.peer, "192.0.2.1") as sink:
            guest.sh(CHATTY)
            begin(guest, "vlan77", "192.0.2.77", "192.0.2.1", TAGGED_MAC)
            says(guest, sink, "before all")
            says_by_either_nic(host, guest, kmod, sink)
    guest.sh("modprobe -r netconsole && ip link del vlan77")
