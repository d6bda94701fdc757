# SPDX-License-Identifier: GPL-2.0-only
"""QEMU's monitor: commands, and events awaited by name. One JSON object a line."""
import json
import select
import time

from .. import wait


class Refused(AssertionError):
    """QEMU answered a command with an error."""


class Gone(AssertionError):
    """The other end closed its socket."""


def reported_at(event):
    """When QEMU reported it, in ms of this machine's clock."""
    stamp = event["timestamp"]
    return stamp["seconds"] * 1e3 + stamp["microseconds"] / 1e3


def reported_ns(event):
    """The same by time.monotonic_ns()."""
    return time.monotonic_ns() - time.time_ns() + int(reported_at(event) * 1e6)


class JsonLines:
    """Whole JSON lines out of a stream socket, with a deadline."""

    def __init__(self, sock, name):
        self._sock = sock
        self._name = name
        self._arrived = b""

    def send(self, message):
        try:
            self._sock.sendall(json.dumps(message).encode() + b"\n")
        except OSError as error:
            raise Gone(f"{self._name} is gone: {error}") from error

    def receive(self, deadline):
        """The next message, or None when the deadline (time.monotonic) passes first."""
        while b"\n" not in self._arrived:
            left = deadline - time.monotonic()
            if not select.select([self._sock], [], [], max(left, 0))[0]:
                return None
            try:
                chunk = self._sock.recv(1 << 20)
            except ConnectionResetError:
                chunk = b""
            if not chunk:
                raise Gone(f"{self._name} is gone: it closed its end")
            self._arrived += chunk
        line, self._arrived = self._arrived.split(b"\n", 1)
        return json.loads(line)

    def close(self):
        self._sock.close()


class Qmp:
    def __init__(self, sock):
        self._lines = JsonLines(sock, "QEMU's monitor")
        self.events = []  # every event so far, oldest first
        self._number = 0
        deadline = time.monotonic() + 30
        greeting = self._lines.receive(deadline)
        if not greeting or "QMP" not in greeting:
            raise Gone(f"QEMU's monitor did not greet: {greeting!r}")
        self.do("qmp_capabilities")

    def do(self, command, seconds=30, **arguments):
        """Run a command and give its return value."""
        self._number += 1
        self._lines.send({"execute": command, "arguments": arguments, "id": self._number})
        deadline = time.monotonic() + seconds
        while True:
            message = self._lines.receive(deadline)
            if message is None:
                raise wait.TooLate(f"QEMU did not answer {command} within {seconds} s")
            if message.get("id") == self._number:
                break
            self._keep(message)
        if "error" in message:
            raise Refused(f"QEMU refused {command} {arguments}: {message['error']['desc']}")
        return message["return"]

    def _keep(self, message):
        if "event" in message:
            self.events.append(message)

    def mark(self):
        """A place in the events, to await only what comes after it."""
        return len(self.events)

    def await_event(self, name, since=0, seconds=30, **data):
        """The first event of this name, after `since`, whose data has these members."""
        return self.await_any(name, since, seconds, [data])

    def await_any(self, name, since, seconds, wanted):
        """The first whose data has the members of one of `wanted`."""
        deadline = time.monotonic() + seconds
        at = since
        while True:
            for event in self.events[at:]:
                if event["event"] == name and any(data.items() <= event.get("data", {}).items() for data in wanted):
                    return event
            at = len(self.events)
            message = self._lines.receive(deadline)
            if message is None:
                seen = [event["event"] for event in self.events[since:]]
                raise wait.TooLate(f"QEMU did not report {name} {' or '.join(map(str, filter(None, wanted)))} within {seconds} s; it reported {seen}")
            self._keep(message)

    def close(self):
        self._lines.close()
