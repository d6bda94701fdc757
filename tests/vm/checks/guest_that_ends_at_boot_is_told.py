# SPDX-License-Identifier: GPL-2.0-only
"""QEMU's end closes the agent's socket a moment before the process is gone: that it died is what is told, and why."""
import socket
from types import SimpleNamespace

import pytest

from harness.machine.agent import Agent
from harness.machine.qemu import Died, Qemu
from harness.machine.qmp import Gone


def agent_without_other_end():
    ours, theirs = socket.socketpair()
    theirs.close()
    return Agent(ours)


def test_that_qemu_died_is_told_although_it_takes_a_moment():
    looks = []

    def alive():
        looks.append(1)
        if len(looks) == 3:
            raise Died("QEMU ended with exit code -11")

    agent = agent_without_other_end()
    with pytest.raises(Died):
        agent.await_hello(30, alive)
    agent.close()


def test_an_agent_that_goes_while_qemu_runs_is_told_as_that(monkeypatch):
    monkeypatch.setattr("harness.machine.agent.ENDING_SECONDS", 0.1)
    agent = agent_without_other_end()
    with pytest.raises(Gone):
        agent.await_hello(30, lambda: None)
    agent.close()


def test_what_the_guest_failed_in_is_told_although_its_kernel_has_said_much_since():
    told = "[ 1.0] booted\ninit: FAILED: cannot load fom\n" + "\n".join(f"[ 2.0] trace {number}" for number in range(60))
    tail = Qemu.console_tail(SimpleNamespace(console=lambda: told)).splitlines()
    assert tail[0] == "init: FAILED: cannot load fom" and tail[1:] == told.splitlines()[-40:]


def test_why_a_kernel_died_is_told_although_it_told_all_its_tasks_last():
    told = ["early"] * 100 + ["BUG: a fault"] + ["its trace"] * 35 + ["Kernel panic - not syncing: fatal"] + ["more of it"] * 20
    tail = Qemu.console_tail(SimpleNamespace(console=lambda: "\n".join(told + ["a task"] * 500))).splitlines()
    assert "BUG: a fault" in tail and "more of it" in tail and len(tail) == 80
