# SPDX-License-Identifier: GPL-2.0-only
"""What QEMU's monitor says of a CPU, and whether that CPU should be awake."""
from types import SimpleNamespace

import pytest

from harness.machine.emulator import Processor, stopped_at_boot

REGISTERS = "0\nRAX=00 RBX=01\nRIP=ffffffffa84d1e9f RFL={flags} [----AP-] CPL=0 II=0 A20=1 SMM=0 HLT={halted}\n"
CONTROLLER = """dumping local APIC state for CPU 1

LVTERR\t 0x000000fe active-hi edge                              Fixed  (vec 254)
LVTT\t 0x000000ec active-hi edge {masked}                one-shot     Fixed  (vec 236)
Timer\t DCR=0x3 (divide by 16) initial_count = {initial} current_count = {current}
ISR\t (none)
IRR\t {waiting}
"""
ASLEEP = {"flags": "00000202", "halted": 1, "masked": "", "initial": 246159, "current": 12892, "waiting": "(none)"}


def seen(**changes):
    state = ASLEEP | changes
    return Processor(REGISTERS.format(**state), CONTROLLER.format(**state))


@pytest.mark.parametrize("changes", [
    {},                                                         # its timer runs
    {"masked": "masked", "initial": 0, "current": 0},           # it wants none
    {"masked": "masked", "initial": 246159, "current": 0},
    {"current": 0, "halted": 0},                                # it is awake, whatever it does
    {"waiting": "236", "halted": 0},
    {"waiting": "236", "flags": "00000002"},                    # it wants no interrupts
])
def test_a_cpu_that_may_sleep(changes):
    assert not seen(**changes).overslept


@pytest.mark.parametrize("changes", [{"current": 0}, {"waiting": "236"}, {"waiting": "34 236", "current": 0}])
def test_a_cpu_that_should_be_awake(changes):
    assert seen(**changes).overslept


def test_what_a_cpu_does_is_told():
    assert repr(seen()).startswith("halted at ffffffffa84d1e9f, flags 0x202, timer 0x000000ec active-hi edge")


WAITS = "rcu: rcu_preempt kthread timer wakeup didn't happen for 5251 jiffies!"


def guest_that_said(console, *processors):
    return SimpleNamespace(qemu=SimpleNamespace(console=lambda: console, processors=lambda: list(processors)))


def test_a_boot_that_was_not_woken_is_the_emulators():
    assert stopped_at_boot(guest_that_said(WAITS))
    assert "CPU 0" in stopped_at_boot(guest_that_said("", seen(current=0)))


def test_a_boot_that_hangs_for_another_reason_is_not():
    assert stopped_at_boot(guest_that_said("", seen())) is None
    assert stopped_at_boot(guest_that_said(f"fom: loading out-of-tree module taints kernel.\n{WAITS}")) is None
