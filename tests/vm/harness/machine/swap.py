# SPDX-License-Identifier: GPL-2.0-only
"""Memory of one program of the guest's, put out to a disk.

A guest's files are memory themselves, and what another program uses too stays where it is. So the program runs from copies
of its own, made by a control group that it is in: then all it has, code included, is the group's and can go.
"""
import re

from .. import process

DEVICE = "/dev/vda"
GROUP = "/sys/fs/cgroup/swappable"
COPIES = "/run/swappable"
# What may be left besides what it has locked: the pages by which it shares maps with the kernel, and those of its loader.
LEFT = 0.25
TRIES = 5

PREPARE = f"""modprobe virtio_blk
for try in $(seq 100); do test -b {DEVICE} && break; sleep 0.05; done
swapon {DEVICE}
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
mkdir {GROUP} {COPIES}"""

# $1: the program.
RUN = f"""echo $$ >{GROUP}/cgroup.procs || exit
test -e {COPIES}/"$1" || {{
	cp $(LD_TRACE_LOADED_OBJECTS=1 "$1" | sed -n 's/.* => \\(\\/.*\\) (.*/\\1/p') "$(command -v "$1")" {COPIES} || exit
}}
LD_LIBRARY_PATH={COPIES} exec {COPIES}/"$1"
"""


class NotOut(AssertionError):
    """The program's memory is still there."""


def make_disk(path, megabytes):
    with open(path, "wb") as file:
        file.truncate(megabytes << 20)
    process.run(["mkswap", path])


def words(path):
    """For QEMU. What is on the disk is of no use to anybody after the guest."""
    return ["-drive", f"if=none,id=swap,file={path},format=raw,cache=unsafe", "-device", "virtio-blk-pci,drive=swap"]


def sizes(rollup):
    """KiB in memory, on the disk, and of the first what is locked there, out of /proc/PID/smaps_rollup."""
    found = dict(re.findall(r"^(Rss|Swap|Locked):\s+(\d+) kB", rollup, re.MULTILINE))
    return int(found["Rss"]), int(found["Swap"]), int(found["Locked"])


class Swappable:
    """Of a guest whose Machine has `swap`; one in a guest."""

    def __init__(self, guest, program):
        self._guest = guest
        self._program = program
        self.argv = ("sh", "-c", RUN, "sh", program)
        guest.sh(PREPARE)

    def put_out(self):
        """(KiB it had, KiB of that still in memory); raises unless most of what may go is on the disk."""
        before = self._sizes()
        had = before[0] + before[1]
        for _ in range(TRIES):
            # An error: less than that could be had. What counts is what is left.
            self._guest.sh(f"echo {had}K >{GROUP}/memory.reclaim 2>/dev/null || true")
            rss, out, locked = self._sizes()
            if rss - locked <= LEFT * had and out >= (1 - LEFT) * (had - locked):
                return had, rss
        raise NotOut(f"{self._program} had {before[0]} KiB in memory and {before[1]} KiB on the disk, and still has {rss} KiB "
                     f"and {out} KiB, {locked} KiB locked")

    def bring_back(self):
        """Everybody's memory is where it was."""
        self._guest.sh(f"swapoff {DEVICE} && swapon {DEVICE}")

    def _sizes(self):
        return sizes(self._guest.sh(f"cat /proc/$(pidof {self._program})/smaps_rollup"))
