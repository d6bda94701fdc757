# SPDX-License-Identifier: GPL-2.0-only
"""A TCP connection between the peer and the guest that carries bytes both ways, each of them checked."""
import signal

from .. import wait
from ..network.fabric import GUEST
from .stream import GuestSide, PeerSide

MIB = 1 << 20
RATE = 4 * MIB  # bytes a second, each way


class Connection:
    """Begun by the peer. Both ends tell what they have sent and received."""

    def __init__(self, host, port, rate=RATE):
        self.port = port
        self._patience = host.machine.patience(10)
        rate = host.machine.pace(rate)
        self._server = GuestSide(host.guest).start("tcp-serve", f"serve-{port}.json", "--port", port, "--rate", rate)
        wait.until("the guest to listen", self._server.report, self._patience)
        self._client = PeerSide(host.fabric.peer, host.folder, host.machine.build).start(
            "tcp-stream", f"stream-{port}.json", "--to", GUEST, "--port", port, "--rate", rate)
        wait.until("a connection", lambda: (self._client.report() or {}).get("snapshot", -1) >= 0,
                   self._patience)

    def _fresh(self, end):
        before = end.report()["snapshot"]
        end.send_signal(signal.SIGUSR1)
        return wait.until("a connection's report",
                          lambda: (told := end.report()) and told["snapshot"] > before and told, self._patience)

    def carried(self):
        """Bytes that have arrived, in the direction that is behind."""
        return min(self._fresh(end)["bytes_received"] for end in (self._server, self._client))

    def stop(self):
        """Both ends' last words: whoever began ends it, and the other has it all."""
        client = self._client.stop()
        return self._server.stop(), client


def judge(ends):
    """Whole, and never begun anew; gives the ends back."""
    one, other = ends
    assert one["bytes_sent"] == other["bytes_received"] and other["bytes_sent"] == one["bytes_received"], ends
    assert [(end["connections"], end["bytes_wrong"], end["resets"]) for end in ends] == [(1, 0, 0)] * 2, ends
    return ends
