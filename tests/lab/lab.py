# SPDX-License-Identifier: GPL-2.0-only
"""Peer, fabric and guest together, and what the hypervisor and the network do to the guest's NICs."""
import contextlib
import json
import signal

from lab import kernel_settings
from lab.daemon import Daemon
from lab.namespace import Namespace
from lab.tools import LabError, Tools, wait_for
from lab.traffic import Traffic

GUEST_MAC = "52:54:00:77:00:02"
PEER_ADDRESS = "10.77.0.1"
GUEST_ADDRESS = "10.77.0.2"
PEER_ADDRESS6 = "fd77::1"
GUEST_ADDRESS6 = "fd77::2"
NICS = {"standby": "eth0", "primary": "eth1"}  # role -> name at first sight


class Lab:
    """Use as a context manager. `user` names the NIC that has the guest's addresses: the standby's, which failoverd
    takes over; or eth1 for a guest without failover that relies on the fast NIC alone."""

    def __init__(self, build=None, user="eth0"):
        self.tools = Tools(build)
        self.user = user
        self._cleanup = contextlib.ExitStack()
        self._handlers = {}

    def __enter__(self):
        self._end_on_signals()
        try:
            self._cleanup.enter_context(kernel_settings.kept())
            self.fabric = self._namespace("fabric")
            self.peer = self._namespace("peer")
            self.guest = self._namespace("guest")
            self._build_fabric()
            self._build_peer()
            for role in NICS:
                self.plug(role)
            self.configure_guest()
            self.daemon = Daemon(self.guest, self.tools)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_):
        self._end()

    def _namespace(self, name):
        namespace = Namespace(name)
        self._cleanup.callback(namespace.close)
        return namespace

    # SIGTERM would end Python without leaving `with` blocks; SIGINT does not need it.
    def _end_on_signals(self):
        def leave(number, _frame):
            raise SystemExit(128 + number)

        for number in (signal.SIGTERM, signal.SIGHUP):
            self._handlers[number] = signal.signal(number, leave)

    def _end(self):
        self._cleanup.close()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers.clear()

    def _build_fabric(self):
        self.fabric.run("ip", "link", "add", "br0", "type", "bridge", "stp_state", "0", "forward_delay", "0",
                        "mcast_snooping", "0")
        self.fabric.run("ip", "link", "set", "br0", "up")

    def _cable(self, port, namespace, name, *options):
        self.fabric.run("ip", "link", "add", port, "type", "veth", "peer", "name", name, "netns", namespace.pid,
                        *options)
        # The fabric side is ready before the machine can use its side, as with a real switch port.
        self.fabric.run("ip", "link", "set", port, "master", "br0", "up")

    def _build_peer(self):
        self._cable("port-peer", self.peer, "eth0")
        self._address(self.peer, "eth0", PEER_ADDRESS, PEER_ADDRESS6)

    def configure_guest(self):
        # Until failoverd has hidden one of them, both NICs show the same MAC and would fight over one fe80 address.
        other = NICS["primary"] if self.user == NICS["standby"] else NICS["standby"]
        self.guest.sysctl(f"net.ipv6.conf.{other}.disable_ipv6", 1)
        self._address(self.guest, self.user, GUEST_ADDRESS, GUEST_ADDRESS6)
        wait_for(self._peer_answers, "the peer to answer a ping from the guest")

    def _peer_answers(self):
        return "1 received" in self.guest.run("ping", "-c1", "-W1", PEER_ADDRESS, check=False)

    @staticmethod
    def _address(namespace, name, v4, v6):
        namespace.run("ip", "address", "add", f"{v4}/24", "dev", name)
        namespace.run("ip", "-6", "address", "add", f"{v6}/64", "dev", name, "nodad")
        namespace.run("ip", "link", "set", name, "up")

    # What happens to NICs. `role` is "primary" or "standby".

    def plug(self, role):
        """A NIC appears in the guest, new, down, with the guest's MAC; as at boot and at the VF's return."""
        self._cable(f"port-{role}", self.guest, NICS[role], "address", GUEST_MAC)

    def unplug(self, role, flip_first=True):
        """The NIC's device is gone, without any warning to its users. A hypervisor that does it on purpose has its
        switch send the guest's frames elsewhere first; without that, frames are lost in the switch port itself while
        the kernel closes it (its queue refuses them for an RCU grace period), whatever the guest does."""
        port = f"port-{role}"
        if flip_first:
            self.fabric.run("ip", "link", "set", port, "type", "bridge_slave", "flood", "off", "mcast_flood", "off",
                            "bcast_flood", "off", "learning", "off", "fdb_flush")
        self.fabric.run("ip", "link", "delete", port)

    def carrier_off(self, role):
        """The switch port goes dark: the guest's NIC is still there but has no carrier."""
        self.fabric.run("ip", "link", "set", f"port-{role}", "down")

    def carrier_on(self, role):
        self.fabric.run("ip", "link", "set", f"port-{role}", "up")

    def carrying(self, packets=50, seconds=5):
        """By which NIC the guest's traffic passes now, as the switch sees it: {"out": role, "in": role}; a direction
        without traffic is missing. Judged by `packets` packets, in which stray broadcasts do not matter."""
        before = self._port_counters()

        def judge():
            paths = {}
            for direction in ("out", "in"):
                counts = {role: counters[direction] - before.get(role, counters)[direction]
                          for role, counters in self._port_counters().items()}
                if counts and sum(counts.values()) >= packets:
                    paths[direction] = max(counts, key=counts.get)
            return paths if len(paths) == 2 else None

        try:
            return wait_for(judge, "traffic in both directions", seconds)
        except LabError:
            return {}

    def _port_counters(self):
        counters = {}
        for link in self.fabric.ip("-s", "link", "show", "master", "br0"):
            role = link["ifname"].removeprefix("port-")
            if role in NICS:
                stats = link["stats64"]
                counters[role] = {"out": stats["rx"]["packets"], "in": stats["tx"]["packets"]}
        return counters

    def hidden(self, *command):
        """What a program says of the namespace where failoverd keeps the slaves."""
        return self.guest.run("nsenter", "--net=/run/failoverd/hidden-netns", *command)

    def hidden_links(self):
        """Names there."""
        return sorted(link["ifname"] for link in json.loads(self.hidden("ip", "-json", "link", "show")))

    def traffic(self, pps=1000, stream=False, ways=("in", "out")):
        """UDP and, if asked for, a checked TCP stream; runs from here on until stopped."""
        traffic = Traffic(self, pps, stream, ways)
        self._cleanup.callback(traffic.close)
        return traffic
