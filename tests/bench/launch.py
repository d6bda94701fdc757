# SPDX-License-Identifier: GPL-2.0-only
"""failoverd started with a stopwatch, and what the kernel counts of its process."""
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

from lab.tools import WITH_PARENT, LabError

CONFIG_PATH = "/run/bench.toml"
NOTIFY_PATH = "/run/bench-notify"
LOG_PATH = "/run/bench.log"

# The clock is read in the process that becomes failoverd, as the last thing before it does.
BECOME = "import os, sys, time; os.write(1, b'%d' % time.monotonic_ns()); os.close(1); os.execv(sys.argv[1], sys.argv[1:])"


class Launch:
    """One run of failoverd in a namespace. `ready_ms`: from its exec to its READY=1."""

    def __init__(self, guest, tools, config, seconds=60):
        self._guest = guest
        guest.path(CONFIG_PATH).write_text(config)
        notify = guest.path(NOTIFY_PATH)
        notify.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener, \
                open(guest.path(LOG_PATH), "ab") as log:
            listener.bind(str(notify))
            listener.settimeout(seconds)
            self._process = subprocess.Popen(
                [*WITH_PARENT, *guest.command("/usr/bin/python3", "-ISc", BECOME, tools.failoverd(), "--config",
                                              CONFIG_PATH)],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                env={**os.environ, "NOTIFY_SOCKET": NOTIFY_PATH})
            try:
                began = int(self._process.stdout.read())
                self._wait_until_ready(listener)
            except (ValueError, TimeoutError) as error:
                self.kill()
                raise LabError(f"failoverd did not become ready:\n{self.log()}") from error
            self.ready_ms = (time.monotonic_ns() - began) / 1e6
        self.pid = self._process.pid

    @staticmethod
    def _wait_until_ready(listener):
        while b"READY=1" not in listener.recv(4096).split(b"\n"):
            pass

    def log(self):
        return self._guest.path(LOG_PATH).read_text(errors="replace")

    def stop(self):
        """In order; the kernel's part stays."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=20)

    def kill(self):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def memory_mib(self):
        """VmRSS, and of it what is not shared with the file it was loaded from or with other processes."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return {key: int(re.search(rf"^{key}:\s+(\d+) kB", status, re.MULTILINE)[1]) / 1024
                for key in ("VmRSS", "RssAnon", "RssFile", "RssShmem")}

    def wakeups(self):
        """How often its threads have gone to sleep so far: once for each time they were woken."""
        return sum(int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", path.read_text(), re.MULTILINE)[1])
                   for path in pathlib.Path(f"/proc/{self.pid}/task").glob("*/status"))

    def settle(self, quiet_s=2, seconds=60):
        """Returns once it has slept for `quiet_s` in one go (its announcements are sent, its probes answered)."""
        deadline = time.monotonic() + seconds
        seen, since = self.wakeups(), time.monotonic()
        while time.monotonic() - since < quiet_s:
            if time.monotonic() > deadline:
                raise LabError(f"failoverd is never idle for {quiet_s} s:\n{self.log()}")
            time.sleep(0.05)
            if (now := self.wakeups()) != seen:
                seen, since = now, time.monotonic()
