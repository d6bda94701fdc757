# SPDX-License-Identifier: GPL-2.0-only
"""The one judge who looks at a guest after every story."""
import re

# What a kernel prints when something is wrong with it. panic_on_warn would miss half of these (findings: suspicious
# RCU, kmemleak and reference trackers only print).
TROUBLE = re.compile(
    r"WARNING:|BUG:|Oops|KASAN|KCSAN|UBSAN|general protection fault|Kernel panic|Call Trace|INFO: possible|"
    r"possible recursive locking|suspicious RCU usage|sleeping function called|non-static key|rcu_sched detected|"
    r"rcu: INFO|soft lockup|hung task|blocked for more than|kmemleak: \d+ new|ref_tracker:|reference already released|"
    r"leaked reference|waiting for .* to become free|Tainted: \S*[BDW]|init: FAILED|failover-agent: FAILED")


def trouble_in(log):
    """The lines of a kernel log that no healthy guest prints, with what follows the first of them."""
    lines = log.splitlines()
    for number, line in enumerate(lines):
        if TROUBLE.search(line):
            return lines[number:number + 40]
    return []


def judge(guest, qemu):
    """Raises with everything that is wrong."""
    wrong = []
    try:
        guest.alive()
        log = guest.kernel_log()
        lockdep = guest.sh("cat /proc/lockdep_stats 2>/dev/null || true")
        # After one splat lockdep checks nothing more, so a silent rest of the story proves nothing.
        if "debug_locks:" in lockdep and not re.search(r"debug_locks:\s+1", lockdep):
            wrong.append("lockdep turned itself off")
    except AssertionError as error:
        log = ""
        wrong.append(f"the guest did not survive: {error}")
    for name, text in (("kernel log", log), ("console", qemu.console())):
        if lines := trouble_in(text):
            wrong.append(f"the guest's {name} has trouble:\n" + "\n".join(lines))
    assert not wrong, "\n".join(wrong)
