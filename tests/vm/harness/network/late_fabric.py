# SPDX-License-Identifier: GPL-2.0-only
"""A fabric that takes its time: where an address is, it learns a while after the frame that says so. Physical switches
whose tables are kept by software do, and so do overlays; a Linux bridge by itself learns at once."""
import selectors
import socket
import struct
import threading
import time
from collections import deque

from lab.capture import ETH_P_ALL, PACKET_IGNORE_OUTGOING, SOL_PACKET, in_namespace

AF_BRIDGE = 7
# linux/rtnetlink.h, linux/neighbour.h
RTM_NEWNEIGH, NDA_LLADDR, NUD_REACHABLE, NTF_MASTER = 28, 2, 0x02, 0x04
NLM_F_REQUEST, NLM_F_ACK, NLM_F_REPLACE, NLM_F_CREATE = 0x1, 0x4, 0x100, 0x400


class LateLearner:
    """Teaches a bridge that does not learn by itself. Every frame of this address counts, in order, `delay` later."""

    def __init__(self, switch, ports, mac, delay):
        self._mac = bytes.fromhex(mac.replace(":", ""))
        self._delay = delay
        self._due = deque()  # (when, port)
        self._last = None    # the port of the newest frame
        self.failed = None
        in_namespace(switch.pid, lambda: self._open(ports))
        self._stop, self._stopped = socket.socketpair()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _open(self, ports):
        self._netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self._taps = {}
        for port in ports:
            tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            tap.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
            tap.bind((port, ETH_P_ALL))
            self._taps[tap] = socket.if_nametoindex(port)

    def _run(self):
        try:
            with selectors.DefaultSelector() as waits:
                for sock in (*self._taps, self._stopped):
                    waits.register(sock, selectors.EVENT_READ)
                while self._turn(waits):
                    pass
        except OSError as error:  # shown by close(): nobody waits for a thread
            self.failed = error

    def _turn(self, waits):
        timeout = max(0, self._due[0][0] - time.monotonic()) if self._due else None
        for key, _ in waits.select(timeout):
            if key.fileobj is self._stopped:
                return False
            self._hear(key.fileobj)
        while self._due and self._due[0][0] <= time.monotonic():
            self._teach(self._due.popleft()[1])
        return True

    def _hear(self, tap):
        port = self._taps[tap]
        if tap.recv(12)[6:12] == self._mac and port != self._last:
            self._last = port
            self._due.append((time.monotonic() + self._delay, port))

    def _teach(self, port):
        """bridge fdb replace MAC dev PORT master dynamic"""
        neighbour = struct.pack("=BxxxiHBB", AF_BRIDGE, port,
                                NUD_REACHABLE, NTF_MASTER, 0)
        address = struct.pack("=HH6sxx", 4 + 6, NDA_LLADDR, self._mac)
        flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE
        self._netlink.send(struct.pack("=IHHII", 16 + len(neighbour) + len(address), RTM_NEWNEIGH, flags, 0, 0)
                           + neighbour + address)
        code = struct.unpack_from("=i", self._netlink.recv(4096), 16)[0]
        if code:
            raise OSError(-code, "teaching the bridge")

    def close(self):
        self._stop.close()
        self._thread.join()
        for sock in (*self._taps, self._netlink, self._stopped):
            sock.close()
        assert not self.failed, f"the fabric stopped learning: {self.failed}"
