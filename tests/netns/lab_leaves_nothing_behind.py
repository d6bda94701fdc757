# SPDX-License-Identifier: GPL-2.0-only
"""The lab itself: however it ends, its processes end with it, and with them namespaces, mounts and pins."""
import os
import pathlib
import signal
import subprocess
import sys

import pytest
from lab import Lab, kernel_settings, wait_for

OTHER = {"0": "1", "1": "0"}
TESTS = pathlib.Path(__file__).resolve().parents[1]

# Prints the processes of a lab with traffic, then waits to be killed.
VICTIM = """
import sys, signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in whatever runs in the background
from lab import Lab
with Lab(user="eth1") as lab:
    traffic = lab.traffic(pps=100, stream=True)
    pids = [pid for n in (lab.fabric, lab.peer, lab.guest) for pid in [n.pid, *n.children()]]
    print(*pids, flush=True)
    signal.pause()
"""


def start_victim():
    victim = subprocess.Popen([sys.executable, "-c", VICTIM], stdout=subprocess.PIPE, text=True,
                              env={**os.environ, "PYTHONPATH": str(TESTS)})
    pids = [int(pid) for pid in victim.stdout.readline().split()]
    assert len(pids) == 3 + 6  # keepers; two flows and a stream of two programs each
    assert all(runs(pid) for pid in pids)
    return victim, pids


def runs(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def names_of_the_machine():
    """What a careless lab would leave: named namespaces, devices, mounts, pins."""
    netns = pathlib.Path("/run/netns")
    return {
        "namespaces": sorted(netns.iterdir()) if netns.exists() else [],
        "links": sorted(pathlib.Path("/sys/class/net").iterdir()),
        "mounts": [line.split()[4] for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines()],
    }


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda s: s.name)
def test_a_lab_that_is_killed_takes_everything_with_it(how):
    victim, pids = start_victim()
    with victim:
        victim.send_signal(how)
        try:
            victim.wait(timeout=20)
        finally:
            victim.kill()  # what it should have done by itself must not outlive this test
    wait_for(lambda: not any(runs(pid) for pid in pids), "the lab's processes to end")


def test_a_story_that_fails_takes_everything_with_it():
    with pytest.raises(ZeroDivisionError), Lab(user="eth1") as lab:
        lab.traffic(pps=100)
        pids = [pid for n in (lab.fabric, lab.peer, lab.guest) for pid in [n.pid, *n.children()]]
        assert all(runs(pid) for pid in pids)
        raise ZeroDivisionError
    assert not any(runs(pid) for pid in pids)


def test_the_machine_sees_no_name_of_the_lab():
    before = names_of_the_machine()
    with Lab() as lab:
        lab.guest.run("mkdir", "/sys/fs/bpf/failover", "/run/failoverd", "/var/lib/failover")
        assert names_of_the_machine() == before
        assert not pathlib.Path("/sys/fs/bpf/failover").exists()
        assert not pathlib.Path("/run/failoverd").exists()
        assert not pathlib.Path("/var/lib/failover").exists()
    assert names_of_the_machine() == before


def test_what_a_killed_daemon_had_borrowed_of_the_kernel_is_given_back():
    setting = kernel_settings.BORROWED[0]
    before = setting.read_text()
    with Lab(user="eth1"):
        setting.write_text(OTHER[before.strip()])
    assert setting.read_text() == before
