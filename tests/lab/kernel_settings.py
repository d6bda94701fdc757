# SPDX-License-Identifier: GPL-2.0-only
"""Settings of the whole kernel that failoverd borrows for moments. One that is killed gives them back when it starts again
(daemon/failoverd/process/expedited_rcu.hpp), which those that are killed at the end of a test never do."""
import contextlib
import pathlib

BORROWED = (pathlib.Path("/sys/kernel/rcu_expedited"), pathlib.Path("/sys/module/rcutree/parameters/jiffies_till_first_fqs"))


@contextlib.contextmanager
def kept():
    """At the end they are what they were at the beginning."""
    before = {path: path.read_text() for path in BORROWED if path.exists()}
    try:
        yield
    finally:
        for path, text in before.items():
            if path.read_text() != text:
                path.write_text(text)
