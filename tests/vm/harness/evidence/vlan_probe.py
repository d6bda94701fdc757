# SPDX-License-Identifier: GPL-2.0-only
"""Which VLANs a NIC lets pass: frames with tags go into it from the switch's port, and what the NIC lets through is seen
on the master. Frames of one port keep their order, so one that the NIC must not drop ends the wait for those before it."""
import re
import socket
import struct

from lab.capture import in_namespace

from .. import wait
from ..network.fabric import GUEST_MAC, TAPS

PROBE_MAC = "52:54:00:77:00:99"
ETHERTYPE = 0x88B6  # the second that IEEE 802 leaves for local experiments
TPID = 0x8100
UNTAGGED = re.compile(r"ethertype Unknown \(0x88b6\), length", re.M)
TAGGED = re.compile(r"ethertype 802\.1Q \(0x8100\).*? vlan (\d+),")


def frame(vlan=None):
    to, source = (bytes.fromhex(mac.replace(":", "")) for mac in (GUEST_MAC, PROBE_MAC))
    tag = struct.pack("!HH", TPID, vlan) if vlan else b""
    return to + source + tag + struct.pack("!H", ETHERTYPE) + bytes(46)


def let_pass(host, master, role, vlans):
    """Those of `vlans` whose frames come through the NIC. Not promiscuous: that would open its filter."""
    guest = host.guest
    listener = guest.start("tcpdump", "-Z", "root", "-p", "-l", "-n", "-e", "-i", master, "ether", "src", PROBE_MAC)
    wait.until("tcpdump to listen", lambda: "listening on" in listener.look().stderr)

    def send():
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as port:
            port.bind((TAPS[role], 0))
            for vlan in (*vlans, None):
                port.send(frame(vlan))

    in_namespace(host.fabric.switch.pid, send)
    wait.until(f"a frame without a tag by the {role}", lambda: UNTAGGED.search(listener.look().stdout))
    seen = listener.stop().stdout
    return {int(vlan) for vlan in TAGGED.findall(seen)}
