# SPDX-License-Identifier: GPL-2.0-only
"""Faults of the emulator's own. A story that meets one is told once more (conftest.py): no code under test can mend it."""
import re
import time

# The kernel's words (kernel/rcu/tree_stall.h) when the thread that waits for grace periods slept through its alarm, and
# the CPU that should have woken it did nothing else: no code of ours or anybody's holds it.
RCU_WAITS = ("kthread timer wakeup didn't happen", "skipped: idling at")
# What a kernel says of the first module that did not come with it (kernel/module/main.c).
OUT_OF_TREE = "loading out-of-tree module"
# In /proc/timer_list: when the next timer of each CPU was due.
NOW = re.compile(r"^now at (\d+) nsecs", re.MULTILINE)
DUE = re.compile(r"^\s*\.expires_next\s*:\s*(\d+) nsecs", re.MULTILINE)
OVERDUE = 2 * 10**9  # ns; the busiest machine is not that late

INTERRUPTS_ON = 0x200  # RFLAGS.IF


class Processor:
    """One CPU, out of what QEMU's monitor answers to `info registers` and `info lapic`."""

    def __init__(self, registers, controller):
        def field(pattern, text):
            found = re.search(pattern, text, re.MULTILINE)
            return found[1].strip() if found else ""
        self.at = field(r"RIP=(\w+)", registers)
        self.flags = int(field(r"RFL=(\w+)", registers) or "0", 16)
        self.halted = field(r"HLT=(\d)", registers) == "1"
        self.timer = field(r"^LVTT\s+(.*)", controller)
        self.count = tuple(int(field(rf"{which}_count = (\d+)", controller) or 0) for which in ("initial", "current"))
        self.waiting = field(r"^IRR\s+(.*)", controller)
        self.served = field(r"^ISR\s+(.*)", controller)

    def __repr__(self):
        return (f"{'halted' if self.halted else 'running'} at {self.at}, flags {self.flags:#x}, timer {self.timer}, "
                f"count {self.count[1]} of {self.count[0]}, interrupts waiting {self.waiting}, served {self.served}")

    @property
    def overslept(self):
        """It waits for an interrupt, would take one, and either one is there or its timer has run out without one."""
        if not self.halted or not self.flags & INTERRUPTS_ON:
            return False
        if self.waiting != "(none)":
            return True
        # A kernel that wants no timer masks it.
        return "masked" not in self.timer and "one-shot" in self.timer and self.count[0] > 0 == self.count[1]


def overslept(host):
    """A CPU that is so, and still is two seconds later; None, or what it does."""
    def those():
        return {number: repr(cpu) for number, cpu in enumerate(host.qemu.processors()) if cpu.overslept}
    before = those()
    if not before:
        return None
    time.sleep(OVERDUE / 1e9)
    after = those()
    return next((f"CPU {number} is {what} for {OVERDUE / 1e9:g} s" for number, what in before.items()
                 if after.get(number) == what), None)


def stopped_at_boot(host):
    """Why a guest never came to its first word, where a CPU of it was not woken and no module of ours was there yet; or None."""
    if OUT_OF_TREE in host.qemu.console():
        return None
    if RCU_WAITS[0] in host.qemu.console():
        return "the guest's kernel waits for a timer that does not come"
    try:
        return overslept(host)
    except (AssertionError, OSError):  # QEMU does not answer any more
        return None


def fault(host):
    """What the emulator itself did wrong, or None."""
    if ended_by := host.qemu.crashed():
        return f"QEMU was ended by {ended_by}: {host.qemu.complaints()}"
    return lost_timer(host)


def lost_timer(host):
    """A halted CPU of the guest is never woken again, although its timer was due; None, or how that was seen."""
    if all(words in host.qemu.console() for words in RCU_WAITS):
        return "the guest's kernel waits for a timer that does not come"
    try:
        if seen := overslept(host):
            return seen
    except (AssertionError, OSError):  # QEMU does not answer any more
        return None
    try:
        return overdue(host.guest.run("cat", "/proc/timer_list", check=False).stdout)
    except (AssertionError, OSError):  # the guest does not answer any more
        return None


def overdue(timer_list):
    now = NOW.search(timer_list)
    late = [int(now[1]) - int(due) for due in DUE.findall(timer_list)] if now else []
    if late and max(late) > OVERDUE:
        return f"a timer of the guest's is {max(late) / 1e9:.1f} s overdue"
    return None
