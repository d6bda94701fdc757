# SPDX-License-Identifier: GPL-2.0-only
"""The one judge who looks at a guest after every story."""
import re

# What a kernel prints when something is wrong with it. panic_on_warn would miss half of these (findings: suspicious
# RCU, kmemleak and reference trackers only print).
TROUBLE = re.compile(
    r"WARNING:|BUG:|Oops|KASAN|KCSAN|UBSAN|general protection fault|Kernel panic|Call Trace|INFO: possible|"
    r"possible recursive locking|suspicious RCU usage|sleeping function called|non-static key|rcu_sched detected|"
    r"rcu: INFO|soft lockup|hung task|blocked for more than|kmemleak: \d+ new|kmemleak: .* disabled|ref_tracker:|"
    r"reference already released|workqueue lockup|"
    r"leaked reference|waiting for .* to become free|Tainted: \S*[BDW]|init: FAILED|failover-agent: FAILED")


def trouble_in(log):
    """The lines of a kernel log that no healthy guest prints, with what follows the first of them."""
    lines = log.splitlines()
    for number, line in enumerate(lines):
        if TROUBLE.search(line):
            return lines[number:number + 40]
    return []


# An object is suspected 5 s after it was allocated (MSECS_MIN_AGE in mm/kmemleak.c), and only if it did not change since
# the scan before.
SCAN = "cd /sys/kernel/debug && test ! -e kmemleak || { echo scan >kmemleak && sleep 6 && echo scan >kmemleak && cat kmemleak; }"


# virtio_net's probe() forgets what it allocated when its device may not register, without any module of ours too (6.12).
KERNELS_OWN = "virtnet_probe"
OURS = re.compile(r"\[(fom|net_failover)\]")
COUNTED = re.compile(r"^.*kmemleak: \d+ new suspected memory leaks.*\n?", re.MULTILINE)

# Where allocations are made to fail, those of the kernel's own reference trackers do too, and it says so once.
UNTRACKED = re.compile(r"^.*ref_tracker: memory allocation failure, unreliable refcount tracker\.\n?", re.MULTILINE)


def leaked_by_others_than_the_kernel(leaks):
    """Of kmemleak's objects those that the kernel is not known to leak by itself."""
    objects = re.split(r"^(?=unreferenced object)", leaks, flags=re.MULTILINE)
    return "".join(each for each in objects if KERNELS_OWN not in each or OURS.search(each))


def found_by_kernel(lockdep, leaks, debug):
    """What a kernel that checks itself has found, from /proc/lockdep_stats and kmemleak; the debug kernel has to check."""
    found = []
    # After one splat lockdep checks nothing more, so a silent rest of the story proves nothing.
    if (debug or lockdep) and not re.search(r"debug_locks:\s+1\b", lockdep):
        found.append("lockdep has turned itself off" if lockdep else "the debug kernel does not check its locks")
    if leaks:
        found.append("memory that nobody refers to any more:\n" + leaks)
    return found


def judge(guest, qemu):
    """Raises with everything that is wrong."""
    wrong = []
    try:
        guest.alive()
        found = guest.symbols.put_into(guest.sh(SCAN, seconds=120))
        leaks = leaked_by_others_than_the_kernel(found) if qemu.machine.refused else found
        lockdep = guest.sh("cat /proc/lockdep_stats 2>/dev/null || true")
        wrong += found_by_kernel(lockdep, leaks, qemu.machine.debug)
        log = guest.kernel_log()
    except AssertionError as error:
        log = found = leaks = ""
        wrong.append(f"the guest did not survive: {error}")
    for name, text in (("kernel log", log), ("console", qemu.console())):
        if found and not leaks:  # it has told how many, and they have been looked at
            text = COUNTED.sub("", text)
        if qemu.machine.refused:
            text = UNTRACKED.sub("", text)
        if lines := trouble_in(text):
            wrong.append(f"the guest's {name} has trouble:\n" + "\n".join(lines))
    assert not wrong, "\n".join(wrong)
