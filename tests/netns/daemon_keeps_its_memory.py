# SPDX-License-Identifier: GPL-2.0-only
"""A machine that runs out of memory puts out what it can. failoverd's is not among that."""
import pathlib
import re

KEPT = 0.9  # the rest are maps shared with the kernel, which has them anyway


def test_what_failoverd_has_in_memory_stays_there(guarded):
    rollup = pathlib.Path(f"/proc/{guarded.daemon.pid}/smaps_rollup").read_text()
    # Both count a page that others have as well by its share.
    size = {key: int(value) for key, value in re.findall(r"^(Pss|Locked):\s+(\d+) kB", rollup, re.MULTILINE)}
    assert size["Locked"] >= KEPT * size["Pss"]
