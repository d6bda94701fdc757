# SPDX-License-Identifier: GPL-2.0-only
"""The ways from a guest to a peer that are compared. All end on the same kind of NIC, a veth, cabled straight to the
peer: a switch in between would add the same to all of them and make every ratio look better.

      guest                                                peer
    +--------------------------------------+            +----------+
    | user's device --- the variant --- nic|------------|far       |
    | 10.78.0.2                      (spare|------------|spare)    |
    +--------------------------------------+            | 10.78.0.1|
                                                        +----------+
"""
import json

from lab.daemon import Daemon
from lab.namespace import Namespace
from lab.tools import LabError, run, wait_for

GUEST, PEER = "10.78.0.2", "10.78.0.1"
MAC = "52:54:00:78:00:02"
CONFIG = """[defaults]
xdp = "{xdp}"
[[master]]
name = "eth0"
standby = {{ name = "eth0" }}
primary = {{ name = "eth1" }}
"""


class Absent(Exception):
    """This kernel cannot do the variant."""


class Variant:
    """A context manager: guest and peer stand, and traffic passes between them as the variant does it."""
    name = ""
    words = ""

    def __init__(self, tools):
        self.tools = tools

    def __enter__(self):
        self.guest = Namespace(f"guest-{self.name}")
        try:
            self.peer = Namespace(f"peer-{self.name}")
            # Two cables end here; each answers for its own address only.
            self.peer.sysctl("net.ipv4.conf.all.arp_ignore", 1)
            self.build()
            wait_for(self._peer_answers, f"the peer to answer by {self.name}")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for side in ("guest", "peer"):
            if hasattr(self, side):
                getattr(self, side).close()

    def _peer_answers(self):
        return "1 received" in self.guest.run("ping", "-c1", "-W1", PEER, check=False)

    def cable(self, near, far):
        self.peer.run("ip", "link", "add", far, "type", "veth", "peer", "name", near, "netns", self.guest.pid,
                      "address", MAC)
        self.peer.run("ip", "link", "set", far, "up")
        self.guest.sysctl(f"net.ipv6.conf.{near}.disable_ipv6", 1)

    def user_device(self, name):
        self.guest.run("ip", "address", "add", f"{GUEST}/24", "dev", name)
        self.guest.run("ip", "link", "set", name, "up")

    def peer_device(self, name="far"):
        self.peer.run("ip", "address", "add", f"{PEER}/24", "dev", name)

    def route(self, way):
        """For failover-pump; way: "tx" from the guest, "rx" to it."""
        ends = [f"/proc/{side.pid}/ns/net" for side in (self.guest, self.peer)]
        return ",".join([self.name, *(ends if way == "tx" else reversed(ends)), PEER if way == "tx" else GUEST])


class Raw(Variant):
    name, words = "raw", "the bare NIC"

    def build(self):
        self.cable("eth0", "far")
        self.peer_device()
        self.user_device("eth0")


class Ebpf(Variant):
    name, words, xdp = "ebpf", "our master", "off"

    def build(self):
        self.cable("eth0", "spare")
        self.cable("eth1", "far")
        self.peer_device()
        self.user_device("eth0")
        self.daemon = Daemon(self.guest, self.tools)
        self.daemon.start(CONFIG.format(xdp=self.xdp))
        # Without a fabric between them no probe comes back; the carrier is believed after the time given to probes.
        self.daemon.master.expect(active="primary", seconds=30)
        attached = all(slave["xdp"] for slave in self.daemon.master.state()["slaves"])
        if attached != (self.xdp == "on"):
            raise LabError(f"xdp = \"{self.xdp}\", but the slaves say otherwise:\n{self.daemon.log()}")


class EbpfXdp(Ebpf):
    name, words, xdp = "ebpf+xdp", "our master, XDP programs on its slaves", "on"


class Macvlan(Variant):
    name, words = "macvlan", "a macvlan on the NIC"

    def build(self):
        self.cable("eth0", "far")
        self.peer_device()
        try:
            self.guest.run("ip", "link", "add", "user0", "link", "eth0", "type", "macvlan", "mode", "bridge")
        except LabError as error:
            raise Absent(f"probed: this kernel makes no macvlan ({error})") from error
        self.guest.run("ip", "link", "set", "eth0", "up")
        self.user_device("user0")


class BridgeVeth(Variant):
    name, words = "bridge+veth", "a bridge, and a veth pair to the user"

    def build(self):
        self.cable("eth0", "far")
        self.peer_device()
        guest = self.guest
        guest.run("ip", "link", "add", "br0", "type", "bridge", "stp_state", "0", "forward_delay", "0",
                  "mcast_snooping", "0")
        guest.run("ip", "link", "add", "user0", "type", "veth", "peer", "name", "port0")
        for port in ("eth0", "port0"):
            guest.run("ip", "link", "set", port, "master", "br0", "up")
        guest.run("ip", "link", "set", "br0", "up")
        self.user_device("user0")


ALL = (Raw, Ebpf, EbpfXdp, Macvlan, BridgeVeth)


class Pump:
    """failover-pump on some variants."""

    def __init__(self, tools, cpu):
        self._pump = tools.build / "tests/tools/pump/failover-pump"
        if not self._pump.exists():
            raise LabError(f"{self._pump} is missing: build failover-pump first")
        self._cpu = cpu

    def measure(self, metric, variants, turns):
        """Variant -> list of nanoseconds a packet (udp_*) or a byte (tcp_*), one for each turn."""
        protocol, way = metric.split("_")
        routes = [word for variant in variants for word in ("--route", variant.route(way))]
        return json.loads(run([str(self._pump), protocol, *routes, "--rounds", str(turns), "--cpu", str(self._cpu)]))
