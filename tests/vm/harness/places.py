# SPDX-License-Identifier: GPL-2.0-only
"""Where things are: the source tree, the build tree, the cache of scripts/lib/vm-setup."""
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
IMAGE = ROOT / "tests" / "vm" / "image"


class Missing(AssertionError):
    """Something that has to be made first is not there."""


def setup(*words):
    """The directory that `vm-setup words...` makes or finds; the first call of all downloads."""
    done = subprocess.run([ROOT / "scripts" / "lib" / "vm-setup", *map(str, words)],
                          stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise Missing(f"scripts/lib/vm-setup {' '.join(map(str, words))} failed; it says why above")
    return Path(done.stdout.splitlines()[-1])


def tool(name, build=None):
    """A program of tests/tools, from the build tree."""
    tree = Path(build or os.environ.get("FAILOVER_BUILD") or ROOT / "build" / "release")
    folder = {"failover-agent": "agent", "failover-traffic-static": "traffic"}[name]
    path = tree / "tests" / "tools" / folder / name
    if not path.exists():
        raise Missing(f"{path} is not built: cmake --build {tree} --target {name}, "
                      "or name the build tree by --build DIR or FAILOVER_BUILD")
    return path
