# SPDX-License-Identifier: GPL-2.0-only
"""Frames that somebody else sends in a machine's name."""
import socket
import struct

from lab.capture import RARP, in_namespace

REVERSE_REQUEST = 3  # RFC 903


def announce(namespace, device, mac):
    """A RARP as a hypervisor sends it for a guest: from here on the fabric looks for `mac` at this device's port."""
    address = bytes.fromhex(mac.replace(":", ""))
    packet = struct.pack("!HHBBH6s4s6s4s", 1, 0x0800, 6, 4, REVERSE_REQUEST, address, bytes(4), address, bytes(4))
    frame = b"\xff" * 6 + address + struct.pack("!H", RARP) + packet

    def send():
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as port:
            port.bind((device, 0))
            port.send(frame.ljust(60, b"\0"))

    in_namespace(namespace.pid, send)
