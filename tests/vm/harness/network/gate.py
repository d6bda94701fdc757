# SPDX-License-Identifier: GPL-2.0-only
"""A port of the fabric that frames do not pass while it is shut; its cable is not affected. Shut and opened without a
program to start: on a busy machine that takes as long as a guest takes to use what is behind the port."""
import os
import select
import socket
import struct
import time

from lab.capture import ETH_P_ALL, PACKET_IGNORE_OUTGOING, SOL_PACKET, in_namespace

AF_BRIDGE = 7
RTM_SETLINK, NLM_F_REQUEST, NLM_F_ACK, NLMSG_ERROR = 19, 0x1, 0x4, 2  # linux/rtnetlink.h, linux/netlink.h
IFLA_PROTINFO, IFLA_BRPORT_STATE, NLA_F_NESTED = 12, 1, 0x8000        # linux/if_link.h
ETH_P_RARP = b"\x80\x35"                                              # linux/if_ether.h
DISABLED, FORWARDING = 0, 3                                           # BR_STATE_*, linux/if_bridge.h


class Gate:
    def __init__(self, switch, port):
        self._port = port
        in_namespace(switch.pid, self._connect)

    def _connect(self):
        self._netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self._ifindex = socket.if_nametoindex(self._port)
        # Of all kinds of frames: those of one kind are handed out after the bridge, which drops them while it is shut.
        self._ear = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self._ear.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        self._ear.bind((self._port, ETH_P_ALL))

    def shut(self):
        self._set(DISABLED)

    def open(self):
        self._set(FORWARDING)

    def await_announcement(self, seconds):
        """Whether a RARP has come to the port since the gate was made, or comes in this time."""
        deadline = time.monotonic() + seconds
        while select.select([self._ear], [], [], max(0, deadline - time.monotonic()))[0]:
            if self._ear.recv(64)[12:14] == ETH_P_RARP:
                return True
        return False

    def _set(self, state):
        attribute = struct.pack("=HHB3x", 5, IFLA_BRPORT_STATE, state)
        body = struct.pack("=BxHiII", AF_BRIDGE, 0, self._ifindex, 0, 0) + \
            struct.pack("=HH", 4 + len(attribute), IFLA_PROTINFO | NLA_F_NESTED) + attribute
        self._netlink.send(struct.pack("=IHHII", 16 + len(body), RTM_SETLINK, NLM_F_REQUEST | NLM_F_ACK, 0, 0) + body)
        kind, error = struct.unpack_from("=4xH10xi", self._netlink.recv(4096))
        assert kind == NLMSG_ERROR and error == 0, f"state {state} of {self._port}: {os.strerror(-error)}"

    def close(self):
        self._netlink.close()
        self._ear.close()
