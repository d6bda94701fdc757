# SPDX-License-Identifier: GPL-2.0-only
"""Labs for stories, and the judge who looks after each of them."""
import os
import pathlib
import re
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from lab import Lab, Tools  # noqa: E402

# What the kernel says when something went wrong in it.
KERNEL_COMPLAINT = re.compile(r"WARNING: |BUG: |Oops|unregister_netdevice: waiting|suspicious RCU|possible .* deadlock")


def pytest_collection_modifyitems(items):
    for item in items:
        if item.module.__doc__ is None:
            raise pytest.UsageError(f"{item.path} does not say what story it tells")


@pytest.fixture(scope="session")
def tools():
    return Tools()


@pytest.fixture(autouse=True)
def judge():
    """No story may make the kernel complain."""
    with open("/dev/kmsg", "rb", buffering=0, opener=lambda path, flags: os.open(path, flags | os.O_NONBLOCK)) as log:
        log.seek(0, os.SEEK_END)
        yield
        complaints = [line for line in kernel_lines(log) if KERNEL_COMPLAINT.search(line)]
    assert not complaints, "the kernel complained: " + "; ".join(complaints)


def kernel_lines(log):
    while True:
        try:
            record = log.read(8192)
        except BlockingIOError:
            return
        except BrokenPipeError:  # the ring was overwritten meanwhile; the next read goes on behind the hole
            continue
        if not record:
            return
        yield record.decode(errors="replace").split(";", 1)[-1].splitlines()[0]


@pytest.fixture
def plain():
    """A guest without failover: its address is on the fast NIC, nothing else uses the slow one."""
    with Lab(user="eth1") as lab:
        yield lab


@pytest.fixture
def lab():
    """A guest whose address is on the standby NIC, without a daemon yet."""
    with Lab() as lab:
        yield lab


@pytest.fixture
def guarded(lab):
    """The guest under failoverd: one device, the primary active. The daemon must be alive when the story is over,
    unless the story has ended it itself."""
    lab.daemon.start()
    lab.daemon.master.expect(active="primary")
    yield lab
    lab.daemon.expect_as_left()
