# SPDX-License-Identifier: GPL-2.0-only
"""Faults of the kernel's own net_failover, each as something to try on a master and a yes or no that comes of it. Both
drivers are put to the same trials: one has every fault (intree_faults_shown), the other none (kmod_faults_absent).
docs/FAULTS.md has the whole list, with those that no guest can show.

    peer -- br0 -- tap0 -- virtio-net (standby, MTU of 2000 at most) -+
              `--- tap1 -- e1000e     (primary) ----------------------+- master 10.77.0.2/24
                 nothing -- e1000e    (plugged once, of the same MAC)
"""
from dataclasses import dataclass

from lab.capture import Capture

from .. import wait
from ..network.fabric import GUEST, GUEST_MAC, PEER, TAPS

# What a guest must be made of for the trials. The story loads the drivers when the stranger's place is empty: what is
# to come there later has the guest's MAC.
MACHINE = {"drivers": False, "stranger": "e1000e", "standby": {"host_mtu": 2000}}

QUIET = 3          # seconds without an announcement: there will be none
BROADCASTS = 50
OTHER_MAC = "52:54:00:77:00:0a"
CONTAINER = "10.77.0.9"
TURNING = ("rarp", "garp", "na")  # frames that tell the fabric where an address is


@dataclass(frozen=True)
class Finding:
    """What one trial says of one fault."""
    fault: str
    present: bool
    seen: object

    def __str__(self):
        return f"{'present' if self.present else 'absent'}: {self.fault} ({self.seen})"


class Subject:
    """A master that is tried, and how it is when nothing is wrong."""

    def __init__(self, host, master, await_primary, follower):
        """`follower`: makes a (master, slave) of this driver that `ip` can name, and gives their names."""
        self.host = host
        self.guest = host.guest
        self.fabric = host.fabric
        self.master = master
        self.home = await_primary
        self.quiet = QUIET * 4 if host.machine.debug else QUIET
        self.follower = follower

    def listening(self, role):
        return Capture(self.fabric.switch, TAPS[role])

    def announced(self, port):
        """The first frames that turn the fabric, if any come."""
        return wait.within(self.quiet, lambda: [frame for frame in port.frames() if frame.kind in TURNING])

    def sends_by(self, role):
        """It sends, and the fabric sees it do so by this NIC; whether an answer comes is not asked."""
        self.guest.run("ping", "-c1", "-W1", PEER, check=False)
        return self.fabric.port_of() == role

    def answered(self, count, address=GUEST):
        """How many of the peer's echo requests are."""
        words = self.fabric.peer.run("sh", "-c", f"ping -c{count} -i0.2 -W1 {address} || true").split(" received")
        return int(words[0].split()[-1])

    def counted(self):
        """Packets the master says it has received, once nothing more comes."""
        seen = [-1]

        def still():
            link = self.guest.json("ip", "-json", "-stats", "link", "show", self.master)[0]
            seen.append(link["stats64"]["rx"]["packets"])
            return seen[-1] == seen[-2]

        wait.until("the master to have counted", still, 10, 0.2)
        return seen[-1]

    def link(self, name=None):
        return self.guest.json("ip", "-json", "-details", "link", "show", name or self.master)[0]

    def shown(self):
        """Devices of the guest's MAC."""
        return [name for name, link in self.guest.links().items() if link.get("address") == GUEST_MAC]

    def strangers(self):
        """Of those, devices that are neither the master nor its slaves."""
        return [name for name, link in self.guest.links().items()
                if link.get("address") == GUEST_MAC and name != self.master and link.get("master") != self.master]

    def refused(self, *argv):
        """Why the guest would not do it; "" if it did."""
        done = self.guest.run(*argv, check=False)
        return (done.stderr or done.stdout).strip() or "it does not say why" if done.rc else ""


def look(it):
    """Nothing happens."""
    shown = it.shown()
    yield Finding("the slaves are shown too, with the master's MAC", len(shown) > 1, shown)
    refused = it.refused("ethtool", "-S", it.master)
    yield Finding("ethtool -S has nothing to tell", bool(refused), refused)
    lro = it.guest.json("ethtool", "--json", "-k", it.master)[0]["large-receive-offload"]["active"]
    yield Finding("the master says it has LRO, which none of its slaves has", lro, lro)


def broadcasts(it):
    """The fabric gives each to both NICs."""
    before = it.counted()
    it.fabric.peer.run("sh", "-c", f"ping -b -c{BROADCASTS} -i0.01 -W1 10.77.0.255 >/dev/null 2>&1 || true")
    more = it.counted() - before
    assert more >= BROADCASTS, f"the master has seen {more} of {BROADCASTS} broadcasts"
    yield Finding("frames that were dropped as copies are counted as received", more >= 1.5 * BROADCASTS, more)


def mtu(it):
    most = it.link()["max_mtu"]
    refused = it.refused("ip", "link", "set", it.master, "mtu", most)
    yield Finding("an MTU within the limits that the master tells is refused", bool(refused), f"{most}: {refused}")
    it.guest.sh(f"ip link set {it.master} mtu 1500")
    master, slave = it.follower()
    kind = it.link(master).get("linkinfo", {}).get("info_kind")
    yield Finding("not even a master whose slaves are seen has a kind, by which ip could ask for more", not kind, kind)
    refused = it.refused("ip", "link", "set", slave, "mtu", 1400)
    yield Finding("a slave can be given an MTU that is not the master's", not refused, refused)
    if not refused:
        it.guest.sh(f"ip link set {slave} mtu 1500")


def address(it):
    refused = it.refused("ip", "link", "set", it.master, "address", OTHER_MAC)
    yield Finding("the master's MAC cannot be changed", bool(refused), refused)
    if refused:
        return
    wait.until("the guest to be reached with its other MAC", it.host.reaches)
    it.guest.sh(f"ip link set {it.master} address {GUEST_MAC}")
    it.home()


def bridge(it):
    """Something with a MAC of its own lives behind the master. It asks first, so the peer answers."""
    it.guest.sh(f"""set -e
        modprobe bridge && modprobe veth
        ip link add br9 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
        ip netns add inside
        ip link add outer type veth peer name inner netns inside
        ip -n inside addr add {CONTAINER}/24 dev inner
        ip -n inside link set inner up
        ip link set outer master br9 up
        ip link set br9 up
        ip link set {it.master} master br9""")
    ping = it.guest.run("ip", "netns", "exec", "inside", "ping", "-c5", "-i0.2", "-W1", PEER, check=False)
    yield Finding("who lives behind a bridge on the master gets no answer", ping.rc != 0, ping.stdout.splitlines()[-2:])
    it.guest.sh(f"ip link set {it.master} nomaster && ip link del br9 && ip link del outer && ip netns del inside")


def link_loss(it):
    with it.listening("standby") as port:
        it.host.carrier("primary", False)
        told = it.announced(port)
    wait.until("the guest to send by its standby", lambda: it.sends_by("standby"), 20)
    answered = it.answered(5)
    it.host.carrier("primary", True)
    it.home()
    yield Finding("nobody tells the fabric that the guest's other NIC carries now", not told, told)
    yield Finding("nothing is received while the primary has no carrier", answered == 0, f"{answered} of 5")


def announcement_asked_for(it):
    """As a hypervisor does after a migration. Its own word for the guest is a RARP; only the guest knows its IP."""
    with it.listening("standby") as port:
        it.host.carrier("primary", False)
        wait.until("the guest to send by its standby", lambda: it.sends_by("standby"), 20)
        wait.until("earlier announcements to end", lambda: not it.announced(port) or port.forget(), 60)
        it.host.qmp.do("announce-self", initial=50, max=50, rounds=1, step=0, interfaces=["standby"])
        wait.until("the hypervisor's word", lambda: port.count("rarp"))
        told = wait.within(it.quiet, lambda: port.count("garp"))
    it.host.carrier("primary", True)
    it.home()
    yield Finding("the guest is asked to announce itself and does not", not told, told)


def unplug(it):
    it.guest.run("ping", "-c30", "-i0.01", PEER)
    before = it.counted()
    with it.listening("standby") as port:
        it.host.unplug()
        told = it.announced(port)
    after = it.counted()
    yield Finding("what was counted is forgotten at unplug", after < before, f"{before}, then {after}")
    yield Finding("nobody tells the fabric that the primary is gone", not told, told)
    # In its place comes something that is no PCI device itself: its parent is on the virtio bus.
    it.host.qmp.do("device_add", driver="virtio-net-pci", id="primary", netdev=TAPS["primary"], mac=GUEST_MAC,
                   bus="port-primary", romfile="")
    outcome = wait.within(10, lambda: it.strangers() or it.sends_by("primary"))
    yield Finding("a virtio device does not become the primary", outcome is not True, outcome)
    it.host.unplug()
    it.host.plug()
    it.home()


BOUND = """cd /sys/bus/pci/drivers/e1000e && set -- 0000:* && test $# -eq 2 || exit 1
# They are bound already: this waits for who is busy with that, and fails.
for device; do ! echo $device >bind; done 2>/dev/null
"""


def duplicate(it):
    """Another passthrough NIC of the same MAC."""
    it.host.qmp.do("device_add", driver="e1000e", id="stranger", netdev="nowhere", mac=GUEST_MAC, bus="port-stranger",
                   romfile="")
    wait.until("the second NIC's driver", lambda: it.guest.run("sh", "-c", BOUND, check=False).rc == 0, 20)
    strangers = it.strangers()
    it.host.unplug("stranger")
    yield Finding("a second primary is left to users, with the master's MAC", bool(strangers), strangers)


TRIALS = (look, broadcasts, mtu, address, bridge, link_loss, announcement_asked_for, unplug, duplicate)


def prepare(host):
    """The NICs' drivers, when nothing is where the second primary will be."""
    host.unplug("stranger")
    for driver in ("virtio_net", host.qemu.driver):
        host.guest.run("modprobe", driver)


def found(subject, note):
    """Every finding of every trial."""
    findings = []
    for trial in TRIALS:
        for finding in trial(subject):
            note(finding)
            findings.append(finding)
    return findings
