# SPDX-License-Identifier: GPL-2.0-only
"""Commands, waiting, and where the build put our programs."""
import os
import pathlib
import subprocess
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]

# A child dies when the process that started it dies, however that happened.
WITH_PARENT = ["setpriv", "--pdeathsig", "KILL"]


class LabError(Exception):
    """The lab itself could not do what it was asked; says nothing about the product."""


def run(command, check=True):
    """Runs a command, returns its standard output."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if check and done.returncode != 0:
        raise LabError(f"`{' '.join(map(str, command))}` ended {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def wait_for(condition, what, seconds=10, every=0.01):
    """Waits until condition() is true and returns its value; `what` completes "waited for ..."."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise LabError(f"waited {seconds:g} s for {what}")
        time.sleep(every)


class Tools:
    """Programs of one build directory."""

    def __init__(self, build=None):
        self.build = pathlib.Path(build or os.environ.get("FAILOVER_BUILD") or REPOSITORY / "build/release").resolve()

    def traffic(self):
        return self._program("tests/tools/traffic/failover-traffic")

    def failoverd(self):
        return self._program("daemon/failoverd/failoverd")

    def failoverctl(self):
        return self._program("daemon/failoverctl/failoverctl")

    def _program(self, path):
        program = self.build / path
        if not program.exists():
            raise LabError(f"{program} is missing: build it first (cmake --build {self.build})")
        return str(program)
