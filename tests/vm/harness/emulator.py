# SPDX-License-Identifier: GPL-2.0-only
"""Faults of the emulator's own. A story that meets one is told once more (conftest.py): no code under test can mend it."""
import re

# The kernel's words (kernel/rcu/tree_stall.h) when the thread that waits for grace periods slept through its alarm, and
# the CPU that should have woken it did nothing else: no code of ours or anybody's holds it.
RCU_WAITS = ("kthread timer wakeup didn't happen", "skipped: idling at")
# In /proc/timer_list: when the next timer of each CPU was due.
NOW = re.compile(r"^now at (\d+) nsecs", re.MULTILINE)
DUE = re.compile(r"^\s*\.expires_next\s*:\s*(\d+) nsecs", re.MULTILINE)
OVERDUE = 2 * 10**9  # ns; the busiest machine is not that late


def lost_timer(host):
    """A halted CPU of the guest is never woken again, although its timer was due; None, or how that was seen."""
    if all(words in host.qemu.console() for words in RCU_WAITS):
        return "the guest's kernel waits for a timer that does not come"
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
