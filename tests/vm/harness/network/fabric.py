# SPDX-License-Identifier: GPL-2.0-only
"""The network around a guest.

    namespace "peer"            namespace "fabric"
    peer0 10.77.0.1/24  ------  trunk -+
          fd77::1/64                   br0 -- tap0 -- standby NIC  (QEMU runs here)
                                       +----- tap1 -- primary NIC
                                       +----- tap2 -- standby NIC  (the hypervisor that a guest moves to, if one does)
                                       +----- tap3 -- primary NIC
"""
import json

from .late_fabric import LateLearner
from .namespace import Namespace

PEER = "10.77.0.1"
GUEST = "10.77.0.2"
PEER6 = "fd77::1"
GUEST6 = "fd77::2"
GUEST_MAC = "52:54:00:77:00:02"
PEER_MAC = "52:54:00:77:00:01"
STRANGER_MAC = "52:54:00:77:00:77"
TAPS = {"standby": "tap0", "primary": "tap1"}
OTHER_TAPS = {"standby": "tap2", "primary": "tap3"}  # of the other hypervisor


class Fabric:
    def __init__(self, queues=1):
        """`queues`: of the tap at the standby; QEMU must open one for each."""
        self._learner = None
        self._queues = queues
        self.taps = TAPS  # of the hypervisor that has the guest
        self.switch = Namespace("fabric")
        self.peer = Namespace("peer")
        self.switch.batch(f"""
            link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
            link add trunk type veth peer name peer0 address {PEER_MAC} netns {self.peer.pid}
            link set trunk master br0 up
            link set br0 up
        """)
        self._connect(TAPS)
        self.peer.batch(f"""
            link set peer0 up
            addr add {PEER}/24 dev peer0
            addr add {PEER6}/64 dev peer0 nodad
        """)

    def _connect(self, taps):
        """The ports of one hypervisor."""
        self.switch.batch(f"""
            tuntap add {taps["standby"]} mode tap {"multi_queue" if self._queues > 1 else ""}
            tuntap add {taps["primary"]} mode tap
            link set {taps["standby"]} master br0 up
            link set {taps["primary"]} master br0 up
        """)

    def other_taps(self):
        """Of the hypervisor that does not have the guest. They have learned nothing."""
        taps = OTHER_TAPS if self.taps is TAPS else TAPS
        if not self._exists(taps["standby"]):
            self._connect(taps)
        return taps

    def _exists(self, name):
        return any(link["ifname"] == name for link in json.loads(self.switch.run("ip", "-json", "link")))

    def port_of(self, mac=GUEST_MAC):
        """The port on which the fabric has learned this address: "standby", "primary" of where the guest is, or None."""
        for entry in json.loads(self.switch.run("bridge", "-json", "fdb", "show", "br", "br0")):
            if entry["mac"] == mac and entry.get("state") not in ("permanent", "static"):
                return {tap: role for role, tap in self.taps.items()}.get(entry["ifname"])
        return None

    def pin(self, role, mac=GUEST_MAC):
        """Hold the address on one port, as a fabric that does not learn does. Plain static entries still roam."""
        self.switch.run("bridge", "fdb", "replace", mac, "dev", self.taps[role], "master", "static", "sticky")

    def unpin(self, role, mac=GUEST_MAC):
        self.switch.run("bridge", "fdb", "del", mac, "dev", self.taps[role], "master")

    def filter_source(self, role, on):
        """A spoof filter: a port takes frames from those addresses only that the fabric was told of by its operator."""
        self.switch.run("bridge", "link", "set", "dev", self.taps[role], "learning", "off" if on else "on",
                        "locked", "on" if on else "off")

    def keep_groups_from(self, role):
        """Broadcast and multicast for the guest go to the other port alone."""
        self.switch.run("bridge", "link", "set", "dev", self.taps[role], "bcast_flood", "off", "mcast_flood", "off")

    def forget(self):
        """From now on the fabric does not know where the guest is, and sends to all ports."""
        for tap in self.taps.values():
            self.switch.run("bridge", "link", "set", "dev", tap, "learning", "off")
        self.switch.run("ip", "link", "set", "br0", "type", "bridge", "fdb_flush")

    def learn_late(self, seconds, mac=GUEST_MAC):
        """From now on the fabric learns so long after a frame where this address is."""
        for tap in self.taps.values():
            self.switch.run("bridge", "link", "set", "dev", tap, "learning", "off")
        self._learner = LateLearner(self.switch, self.taps.values(), mac, seconds)

    def cut_trunk(self):
        """Nothing passes between the peer and the guest."""
        self.switch.run("ip", "link", "set", "trunk", "nomaster")

    def mend_trunk(self):
        self.switch.run("ip", "link", "set", "trunk", "master", "br0")

    def close(self):
        if self._learner:
            self._learner.close()
        self.peer.close()
        self.switch.close()
