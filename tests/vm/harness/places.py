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
    return _made_by("vm-setup", words)


def disk(*words):
    """The same of `vm-debian words...`."""
    return _made_by("vm-debian", words)


def modules(kernel):
    """The same of `vm-kmod modules KERNEL`: our kernel modules, built for this kernel."""
    return _made_by("vm-kmod", ("modules", kernel))


def programs(name):
    """The same of `vm-programs NAME`: programs that only some guests have."""
    return _made_by("vm-programs", (name,))


def selftests(kernel):
    """The same of `vm-selftests KERNEL`: the kernel's own tests of bonding and team."""
    return _made_by("vm-selftests", (kernel,))


def _made_by(script, words):
    done = subprocess.run([ROOT / "scripts" / "lib" / script, *map(str, words)],
                          stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise Missing(f"scripts/lib/{script} {' '.join(map(str, words))} failed; it says why above")
    return Path(done.stdout.splitlines()[-1])


def build_tree(build=None):
    return Path(build or os.environ.get("FAILOVER_BUILD") or ROOT / "build" / "release")


def package(build=None):
    """The product's package in the build tree; one that is older than the programs would test the past."""
    tree = build_tree(build)
    make = f"cmake --build {tree} --target package, or name one by --deb FILE"
    found = sorted(tree.glob("vf-failover_*.deb"), key=lambda path: path.stat().st_mtime)
    if not found:
        raise Missing(f"this story needs the product's package and {tree} has none: {make}")
    programs = [path for path in tree.glob("daemon/**/failover[dc]*") if path.is_file() and os.access(path, os.X_OK)]
    if any(program.stat().st_mtime > found[-1].stat().st_mtime for program in programs):
        raise Missing(f"{found[-1]} is older than the programs beside it: {make}")
    return found[-1]


FOLDERS = {"failover-agent": "tests/tools/agent", "failover-traffic-static": "tests/tools/traffic",
           "failover-listener": "tests/tools/listener", "failover-link": "tests/tools/link",
           "failover-xdp": "tests/tools/xdp", "fom-netns": "kmod"}


def tool(name, build=None):
    """A program that guests get by itself, not in the package: those of tests/tools, and what belongs to kmod/."""
    tree = build_tree(build)
    path = tree / FOLDERS[name] / name
    if not path.exists():
        raise Missing(f"{path} is not built: cmake --build {tree} --target {name}, "
                      "or name the build tree by --build DIR or FAILOVER_BUILD")
    return path
