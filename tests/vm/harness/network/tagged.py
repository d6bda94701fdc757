# SPDX-License-Identifier: GPL-2.0-only
"""A VLAN at the peer: a tap that has without tags what another device carries with them. This machine's kernel may come
without 8021q. Enough for a few packets; checksums that were left to a NIC stay unmade."""
import errno
import fcntl
import os
import selectors
import socket
import struct
import threading

from lab.capture import AUXDATA, ETH_P_ALL, PACKET_AUXDATA, PACKET_OUTGOING, SOL_PACKET, in_namespace, outer_tag

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
TPID = 0x8100


class TaggedPort:
    """Device NAME in the namespace: VLAN of `below`. It lives as long as this does; a context manager."""

    def __init__(self, namespace, below, name, vlan):
        self._vlan = vlan
        self._below, self._tap = in_namespace(namespace.pid, lambda: (self._listen(below), self._make_tap(name)))
        self._stop, self._stopped = socket.socketpair()
        self.failed = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @staticmethod
    def _listen(below):
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        sock.bind((below, ETH_P_ALL))
        return sock

    @staticmethod
    def _make_tap(name):
        tap = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
        fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
        return tap

    def _run(self):
        try:
            with selectors.DefaultSelector() as waits:
                for end in (self._below, self._tap, self._stopped):
                    waits.register(end, selectors.EVENT_READ)
                while self._turn({key.fileobj for key, _ in waits.select()}):
                    pass
        except OSError as error:  # shown by __exit__: nobody waits for a thread
            self.failed = error

    def _turn(self, ready):
        if self._below in ready:
            frame, extra, _, address = self._below.recvmsg(65536, socket.CMSG_SPACE(AUXDATA.size))
            if address[2] != PACKET_OUTGOING and outer_tag(extra) == (self._vlan,):
                self._deliver(frame)
        if self._tap in ready:
            frame = os.read(self._tap, 65536)
            self._below.send(frame[:12] + struct.pack("!HH", TPID, self._vlan) + frame[12:])
        return self._stopped not in ready

    def _deliver(self, frame):
        try:
            os.write(self._tap, frame)
        except OSError as error:
            if error.errno != errno.EIO:  # nobody has set it up yet
                raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stop.close()
        self._thread.join()
        for end in (self._below, self._stopped):
            end.close()
        os.close(self._tap)
        assert not self.failed, f"the VLAN at the peer ended: {self.failed}"
