# SPDX-License-Identifier: GPL-2.0-only
"""What a machine sends out of one NIC, as the switch port at the other end of the cable receives it."""
import ctypes
import errno
import ipaddress
import os
import socket
import struct
import threading
from dataclasses import dataclass

CLONE_NEWNET = 0x40000000
ETH_P_ALL = 0x0003
# linux/if_packet.h
PACKET_OUTGOING = 4  # sent by this port, so on its way to the machine
PACKET_AUXDATA = 8
PACKET_IGNORE_OUTGOING = 23
SOL_PACKET = 263
AUXDATA = struct.Struct("=IIIHHHH")  # status, length, captured, where the MAC and network headers are, tag, its TPID
VLAN_VALID = 1 << 4
RARP, ARP, IPV4, IPV6 = 0x8035, 0x0806, 0x0800, 0x86DD
VLANS = (0x8100, 0x88A8)
HOP_BY_HOP, ICMPV6, IGMP = 0, 58, 2
NEIGHBOUR_ADVERT, MLD2_REPORT, IGMP3_REPORT = 136, 143, 0x22


@dataclass(frozen=True)
class Frame:
    """`kind`: rarp, garp, na, igmp, mld or other. `what`: the MAC, the address, or the groups it is about. `vlans`: the
    tags from the outermost inwards."""
    kind: str
    what: object
    source: str
    vlans: tuple = ()


def in_namespace(pid, make):
    """Calls make() in the network namespace of a process. By a thread of its own, as setns() is the thread's."""
    made = []

    def work():
        libc = ctypes.CDLL(None, use_errno=True)
        with open(f"/proc/{pid}/ns/net", "rb") as namespace:
            if libc.setns(namespace.fileno(), CLONE_NEWNET) < 0:
                made.append(OSError(ctypes.get_errno(), f"setns: {os.strerror(ctypes.get_errno())}"))
                return
        try:
            made.append(make())
        except OSError as error:
            made.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if isinstance(made[0], OSError):
        raise made[0]
    return made[0]


class Capture:
    """Listens at a port from the moment it is made. A context manager."""

    def __init__(self, namespace, port):
        def listen():
            listener = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            listener.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
            listener.bind((port, ETH_P_ALL))
            listener.setblocking(False)
            return listener

        self._socket = in_namespace(namespace.pid, listen)
        self._frames = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def frames(self):
        """Everything received so far, in order."""
        while True:
            try:
                data, extra, _, address = self._socket.recvmsg(65536, socket.CMSG_SPACE(AUXDATA.size))
            except BlockingIOError:
                return self._frames
            except OSError as error:
                if error.errno != errno.ENETDOWN:  # told once when the port goes dark; it may come back
                    raise
                continue
            if address[2] != PACKET_OUTGOING:
                self._frames.append(decode(data, outer_tag(extra)))

    def announcements(self):
        return [frame for frame in self.frames() if frame.kind != "other"]

    def count(self, kind):
        return sum(frame.kind == kind for frame in self.frames())

    def forget(self):
        """What follows is a story of its own."""
        self.frames()
        self._frames = []


def outer_tag(extra):
    """The kernel takes the outermost tag out of a frame before anybody sees it, and tells it beside."""
    for level, kind, data in extra:
        if (level, kind) == (SOL_PACKET, PACKET_AUXDATA):
            status, *_, tag, _ = AUXDATA.unpack_from(data)
            return (tag & 0xFFF,) if status & VLAN_VALID else ()
    return ()


def decode(data, vlans=()):
    source = ":".join(f"{byte:02x}" for byte in data[6:12])
    offset = 12
    while (ethertype := struct.unpack_from("!H", data, offset)[0]) in VLANS:
        vlans += (struct.unpack_from("!H", data, offset + 2)[0] & 0xFFF,)
        offset += 4
    readers = {RARP: read_rarp, ARP: read_arp, IPV4: read_ipv4, IPV6: read_ipv6}
    kind, what = readers.get(ethertype, lambda _: ("other", None))(data[offset + 2:])
    return Frame(kind, what, source, vlans)


def read_rarp(packet):
    operation, sender, target = struct.unpack_from("!6xH6s4x6s", packet)
    assert operation == 3, f"RARP operation {operation}, expected 3 (request)"
    assert sender == target, "a RARP of one MAC about another"
    return "rarp", ":".join(f"{byte:02x}" for byte in sender)


def read_arp(packet):
    sender, target = struct.unpack_from("!8x6x4s6x4s", packet)
    return ("garp", str(ipaddress.IPv4Address(sender))) if sender == target else ("other", None)


def read_ipv4(packet):
    header = 4 * (packet[0] & 15)
    if packet[9] != IGMP or packet[header] != IGMP3_REPORT:
        return "other", None
    count = struct.unpack_from("!6xH", packet, header)[0]
    return "igmp", tuple(map(str, groups(packet, header + 8, count, ipaddress.IPv4Address, 4)))


def read_ipv6(packet):
    following, offset = packet[6], 40
    if following == HOP_BY_HOP:
        following, offset = packet[40], 40 + 8 * (packet[41] + 1)
    if following != ICMPV6:
        return "other", None
    if packet[offset] == NEIGHBOUR_ADVERT:
        solicited = packet[offset + 4] & 0x40
        target = ipaddress.IPv6Address(packet[offset + 8:offset + 24])
        return ("other", None) if solicited else ("na", str(target))
    if packet[offset] != MLD2_REPORT:
        return "other", None
    count = struct.unpack_from("!6xH", packet, offset)[0]
    return "mld", tuple(map(str, groups(packet, offset + 8, count, ipaddress.IPv6Address, 16)))


def groups(packet, offset, count, address, size):
    """Group records of RFC 3376 §4.2.4 and RFC 3810 §5.2.5, which differ in the size of addresses."""
    for _ in range(count):
        auxiliary, sources = struct.unpack_from("!xBH", packet, offset)
        yield address(packet[offset + 4:offset + 4 + size])
        offset += 4 + size + size * sources + 4 * auxiliary
