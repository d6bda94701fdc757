# SPDX-License-Identifier: GPL-2.0-only
"""failoverd in the guest, and its master seen through failoverctl."""
import json
import os
import signal
import socket

from lab.tools import LabError, wait_for

CONFIG_PATH = "/run/failover/failover.toml"

# veth NICs have no bus and no driver by which the daemon could tell a fast one from a slow one.
CONFIG = """[[master]]
name = "eth0"
standby = { name = "eth0" }
primary = { mac = "52:54:00:77:00:02" }
"""


class DaemonError(Exception):
    """failoverd or failoverctl did not do what the lab asked."""


class Daemon:
    def __init__(self, guest, tools):
        self._guest = guest
        self._tools = tools
        self._process = None
        self._ended = False  # by us
        self.master = Master(self)

    def start(self, config=CONFIG, seconds=10):
        """Returns when the daemon says READY, which it does once the data path stands."""
        self._launch((), config, seconds)

    def start_to_be_killed(self, at, config=CONFIG, seconds=10):
        """Killed at its `at`th message to the kernel. False: it was ready before, and was killed then."""
        try:
            self._launch(_killing(at), config, seconds)
        except DaemonError:
            if self._process.returncode != -signal.SIGKILL:
                raise
            self._ended = True
            return True
        self._process.kill()  # it sends more messages, and would meet its end at any of them
        self._process.wait()
        self._ended = True
        return False

    def reload(self, config):
        self._guest.path(CONFIG_PATH).write_text(config)
        self.control("reload")

    def events(self, kind, *names):
        """What failoverctl tells of events of this kind, of these masters or of whatever there is."""
        return [event["message"] for event in self.control("events", *names)["events"] if event["kind"] == kind]

    def _launch(self, before, config, seconds):
        path = self._guest.path(CONFIG_PATH)
        path.parent.mkdir(exist_ok=True)
        path.write_text(config)
        with _ReadySocket(self._guest) as ready:
            self._ended = False
            self._process = self._guest.spawn(*before, self._tools.failoverd(), "--config", CONFIG_PATH,
                                              log="/run/failoverd.log",
                                              environment={**os.environ, "NOTIFY_SOCKET": ready.path_inside})
            wait_for(lambda: self._check_alive() or ready.said(), "failoverd to be ready", seconds)

    def _check_alive(self):
        if self._process.poll() is not None:
            raise DaemonError(f"failoverd ended {self._process.returncode}:\n{self.log()}")

    @property
    def pid(self):
        return self._process.pid

    def alive(self):
        return self._process is not None and self._process.poll() is None

    def kill(self):
        """As the kernel's out-of-memory killer would: no chance to tidy up."""
        self._check_alive()
        self._ended = True
        self._process.kill()
        self._process.wait()

    def stop(self):
        """As systemd would; the exit status."""
        self._check_alive()
        self._ended = True
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=20)

    def release(self):
        """Everything of ours leaves the kernel; the NICs go back to the guest's users."""
        self._guest.run(self._tools.failoverd(), "--config", CONFIG_PATH, "--release")

    def release_to_be_killed(self, at):
        """Killed at its `at`th message to the kernel. False: it was through before."""
        process = self._guest.spawn(*_killing(at), self._tools.failoverd(), "--config", CONFIG_PATH, "--release",
                                    log="/run/failoverd.log")
        ended = process.wait(timeout=20)
        if ended not in (0, -signal.SIGKILL):
            raise DaemonError(f"failoverd --release ended {ended}:\n{self.log()}")
        return ended != 0

    def expect_as_left(self):
        """If nobody ended it, it must still be there."""
        if self._process is not None and not self._ended:
            self._check_alive()

    def log(self):
        path = self._guest.path("/run/failoverd.log")
        return path.read_text(errors="replace") if path.exists() else ""

    def control(self, *arguments):
        """failoverctl --json ..., as a Python value (a list where it prints one object a line)."""
        try:
            output = self._guest.run(self._tools.failoverctl(), "--json", *arguments)
        except LabError as error:
            raise DaemonError(str(error)) from error
        try:
            return json.loads(output)
        except json.JSONDecodeError:
            return [json.loads(line) for line in output.splitlines()]

    def masters(self):
        answer = self.control("list")
        return answer["masters"] if isinstance(answer, dict) else answer


def _killing(at):
    """What to put before a command: the program stays the process that was started, the tracer runs beside it."""
    return ["strace", "-D", "-f", "-qqq", "-o", "/dev/null", "-e", "trace=sendto", "-e",
            f"inject=sendto:signal=KILL:when={at}"]


class Master:
    """The guest's one master. Every switch is judged by the path it took, not only by its end."""

    def __init__(self, daemon):
        self._daemon = daemon
        self._switches = 0

    def state(self):
        masters = self._daemon.masters()
        if len(masters) != 1:
            raise DaemonError(f"expected one master, failoverctl lists {[m['name'] for m in masters]}")
        return masters[0]

    def active(self):
        """Role of the active slave, None without one."""
        state = self.state()
        return _role(state, state["active"])

    def expect(self, active, seconds=10):
        """Waits for the role to be active and counts switches from here on."""
        wait_for(lambda: self.active() == active, f"{active} to be active (now {self.active()})", seconds)
        self._switches = self.state()["switches"]

    def goes(self, origin, target, seconds=10):
        """One switch, from `origin` to `target`, and nothing before, between or after it. Returns the switch."""
        def arrived():
            active = self.active()
            assert active in (origin, target), f"passed through {active} on the way from {origin} to {target}"
            return active == target

        wait_for(arrived, f"the switch from {origin} to {target}", seconds)
        state = self.state()
        count = state["switches"] - self._switches
        self._switches = state["switches"]
        assert count == 1, f"{count} switches instead of one from {origin} to {target}; last: {state['last']}"
        last = state["last"]
        path = (_role(state, last["from"]), _role(state, last["to"]))
        assert path == (origin, target), f"the last switch went {path[0]} -> {path[1]}, not {origin} -> {target}"
        return last

    def stays(self, active):
        """Nothing has switched since the last expect() or goes()."""
        state = self.state()
        assert _role(state, state["active"]) == active, f"{state['active']} is active"
        assert state["switches"] == self._switches, f"{state['switches'] - self._switches} switches happened"


def _role(state, name):
    return next((slave["role"] for slave in state["slaves"] if slave["name"] == name), None)


class _ReadySocket:
    """The service manager's end of sd_notify(3)."""
    path_inside = "/run/lab-notify"

    def __init__(self, guest):
        self._path = guest.path(self.path_inside)

    def __enter__(self):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._path.unlink(missing_ok=True)
        self._socket.bind(str(self._path))
        return self

    def said(self):
        try:
            return b"READY=1" in self._socket.recv(4096).split(b"\n")
        except BlockingIOError:
            return False

    def __exit__(self, *_):
        self._socket.close()
        self._path.unlink(missing_ok=True)
