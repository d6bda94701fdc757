# SPDX-License-Identifier: GPL-2.0-only
"""Where and of what a measurement was made; goes into every result file."""
import os
import pathlib
import shlex
import subprocess
import sys

from lab.tools import REPOSITORY


def describe(program):
    return {"machine": _machine(), "kernel": os.uname().release, "commit": _commit(),
            "command": shlex.join([program, *sys.argv[1:]])}


def _machine():
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), os.uname().machine)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {len(os.sched_getaffinity(0))} CPUs, {memory:.0f} GiB"


def _commit():
    # The clone belongs to the user, we are root: git would refuse to look at it.
    git = ["git", "-c", f"safe.directory={REPOSITORY}", "-C", str(REPOSITORY)]
    try:
        commit = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
        changed = subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return commit + ("-dirty" if changed else "")
