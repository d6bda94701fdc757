# SPDX-License-Identifier: GPL-2.0-only
"""The harness's hands in the guest: the other end of tests/tools/agent, whose session.hpp lists the verbs."""
import base64
import signal
import time

from .. import wait
from .qmp import Gone, JsonLines

ENDING_SECONDS = 10  # from QEMU's closing of its sockets to its end, at most
PIECE = 1 << 20  # bytes of a file in one request


class Failed(AssertionError):
    """A command in the guest ended otherwise than it should."""


class Result:
    def __init__(self, argv, answer):
        self.argv = argv
        self.rc = answer["rc"]
        self.stdout = answer["stdout"]
        self.stderr = answer["stderr"]
        self.timed_out = answer["timed_out"]

    def __repr__(self):
        end = "timed out" if self.timed_out else f"exit code {self.rc}"
        return f"guest: {' '.join(self.argv)}: {end}\n{self.stdout}{self.stderr}".rstrip()


class Agent:
    def __init__(self, sock):
        self._lines = JsonLines(sock, "the guest's agent")
        self._number = 0
        self._answers = {}

    def trade_places(self, other):
        """Each goes on with the other's socket: the guest has moved to the QEMU at its end. No answer is awaited."""
        self._lines, other._lines = other._lines, self._lines  # pylint: disable=protected-access

    def await_hello(self, seconds, alive):
        """The guest's first word. `alive()` raises when there is nothing left to wait for."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                message = self._lines.receive(min(deadline, time.monotonic() + 0.5))
            except Gone:
                wait.within(ENDING_SECONDS, alive)  # it knows better why, once QEMU is not only about to end
                raise
            if message and message.get("hello") == "failover-agent":
                return
            if message:
                raise Failed(f"the guest's agent began with {message!r}, not with a hello")
            alive()
            if time.monotonic() >= deadline:
                raise wait.TooLate(f"the guest's agent said nothing within {seconds} s of boot")

    def _ask(self, verb, seconds, **request):
        return self._collect(self._send(verb, **request), verb, seconds)

    def _send(self, verb, **request):
        self._number += 1
        self._lines.send({"id": self._number, "do": verb, **request})
        return self._number

    def _collect(self, number, verb, seconds):
        deadline = time.monotonic() + seconds
        while number not in self._answers:
            message = self._lines.receive(deadline)
            if message is None:
                raise wait.TooLate(f"the guest's agent did not answer {verb} within {seconds:g} s")
            self._answers[message["id"]] = message
        answer = self._answers.pop(number)
        if "error" in answer:
            raise Failed(f"guest: {verb}: {answer['error']}")
        return answer

    def ping(self, seconds=10):
        self._ask("ping", seconds)

    def run(self, *argv, seconds=30, check=True, **options):
        """Run to the end; raises unless it succeeds, or whatever it does with check=False."""
        argv = [str(word) for word in argv]
        answer = self._ask("run", seconds + 10, argv=argv, timeout_ms=int(seconds * 1000), **options)
        result = Result(argv, answer)
        if check and (result.rc != 0 or result.timed_out):
            raise Failed(repr(result))
        return result

    def start(self, *argv, **options):
        """A process in the background."""
        argv = [str(word) for word in argv]
        return Process(self, argv, self._ask("start", 10, argv=argv, **options)["process"])

    def push(self, data, path, mode=0o644):
        """Write a file in the guest, in pieces."""
        for at in range(0, max(len(data), 1), PIECE):
            piece = base64.b64encode(data[at:at + PIECE]).decode()
            self._ask("push", 60, path=str(path), data=piece, mode=mode, append=at > 0)

    def pull(self, path):
        """Contents of a file in the guest."""
        data = b""
        while True:
            answer = self._ask("pull", 60, path=str(path), offset=len(data))
            data += base64.b64decode(answer["data"])
            if answer["end"]:
                return data

    def close(self):
        self._lines.close()


class Process:
    """A background process in the guest."""

    def __init__(self, agent, argv, number):
        self._agent = agent
        self.argv = argv
        self.pid = number

    def look(self):
        """Its output so far; rc is None while it runs."""
        # pylint: disable=protected-access
        return Result(self.argv, self._agent._ask("look", 10, process=self.pid))

    @property
    def running(self):
        return self.look().rc is None

    def send_signal(self, number):
        self._agent._ask("signal", 10, process=self.pid, signal=int(number))

    def wait(self, seconds=10):
        answer = self._agent._ask("wait", seconds + 10, process=self.pid, timeout_ms=int(seconds * 1000))
        result = Result(self.argv, answer)
        if result.timed_out:
            raise Failed(f"still running after {seconds} s: {result!r}")
        return result

    def stop(self, number=signal.SIGTERM, seconds=10):
        """Ask it to end and wait for that."""
        self.send_signal(number)
        return self.wait(seconds)
