# SPDX-License-Identifier: GPL-2.0-only
"""The machine that a guest's netconsole sends to: a UDP port at the peer."""
import socket

from lab.capture import in_namespace

from .. import wait

PORT = 6666


class LogSink:
    """Listens from the moment it is made. A context manager."""

    def __init__(self, namespace, address):
        def listen():
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            sock.bind((address, PORT))
            sock.setblocking(False)
            return sock

        self._socket = in_namespace(namespace.pid, listen)
        self._text = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def text(self):
        """All that has come until now."""
        while True:
            try:
                self._text += self._socket.recv(65536).decode(errors="replace")
            except BlockingIOError:
                return self._text

    def await_words(self, words, seconds=10):
        wait.until(f"{words!r} at the machine that collects the guest's log", lambda: words in self.text(), seconds)
