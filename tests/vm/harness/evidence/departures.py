# SPDX-License-Identifier: GPL-2.0-only
"""By which of its NICs a guest sends."""
import ctypes
import socket
import struct

from lab.capture import ETH_P_ALL, PACKET_IGNORE_OUTGOING, SOL_PACKET, in_namespace

from .. import wait
from ..network.fabric import TAPS


class Departures:
    """Of datagrams to a UDP port, heard at the fabric's ports. A context manager."""

    SO_ATTACH_FILTER, SO_RCVBUFFORCE = 26, 33
    # Classic BPF (linux/filter.h)
    WORD, BYTE, EQUAL, END = 0x28, 0x30, 0x15, 0x06

    def __init__(self, fabric, port):
        steps = ((self.WORD, 0, 0, 12), (self.EQUAL, 0, 5, 0x0800), (self.BYTE, 0, 0, 23), (self.EQUAL, 0, 3, 17),
                 (self.WORD, 0, 0, 36), (self.EQUAL, 0, 1, port), (self.END, 0, 0, 64), (self.END, 0, 0, 0))
        program = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
        self._filter = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(program))
        self._ears = in_namespace(fabric.switch.pid, lambda: {role: self._ear(tap) for role, tap in TAPS.items()})

    def _ear(self, tap):
        ear = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        ear.setsockopt(socket.SOL_SOCKET, self.SO_ATTACH_FILTER, self._filter)
        ear.setsockopt(socket.SOL_SOCKET, self.SO_RCVBUFFORCE, 16 << 20)
        ear.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        ear.setblocking(False)
        ear.bind((tap, ETH_P_ALL))
        return ear

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for ear in self._ears.values():
            ear.close()

    def heard(self):
        """{role: datagrams since the last call}"""
        return {role: self._drain(ear) for role, ear in self._ears.items()}

    @staticmethod
    def _drain(ear):
        frames = 0
        while True:
            try:
                ear.recv(64)
            except BlockingIOError:
                return frames
            frames += 1

    def leave_by(self, role, packets=100):
        """So many leave by this NIC and none by the other."""
        self.heard()
        heard = dict.fromkeys(TAPS, 0)

        def enough():
            for each, frames in self.heard().items():
                heard[each] += frames
            return sum(heard.values()) >= packets

        wait.until(f"{packets} datagrams to leave", enough, 20)
        assert heard[role] == sum(heard.values()), f"the {role} should send, but by the NICs left {heard}"
