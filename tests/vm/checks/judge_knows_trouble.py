# SPDX-License-Identifier: GPL-2.0-only
"""The judge against kernel logs: what he must see, and what he must let pass."""
import pytest

from harness.evidence.judge import COUNTED, UNTRACKED, found_by_kernel, leaked_by_others_than_the_kernel, trouble_in
from harness.evidence.symbols import Symbols

HEALTHY = """[    0.089] ACPI: PM-Timer IO Port: 0x608
[    2.069] amd_pstate: the _CPC object is not present in SBIOS or ACPI disabled
[    3.918] virtio_net virtio1 eth0: failover primary slave:eth2 registered
[    9.412] vf_test: loading out-of-tree module taints kernel.
[   21.456] e1000e 0000:02:00.0 eth2: NIC Link is Down
"""

TROUBLE = [
    "WARNING: CPU: 0 PID: 1 at net/core/dev.c:11140 unregister_netdevice_many_notify+0x1c/0x2a",
    "BUG: kernel NULL pointer dereference, address: 0000000000000010",
    "BUG: KASAN: slab-use-after-free in net_failover_start_xmit+0x12/0x34",
    "general protection fault, probably for non-canonical address 0xdead000000000100: 0000 [#1] PREEMPT SMP",
    "WARNING: suspicious RCU usage",
    "INFO: possible circular locking dependency detected",
    "BUG: sleeping function called from invalid context at kernel/locking/mutex.c:283",
    "INFO: trying to register non-static key.",
    "unregister_netdevice: waiting for eth0 to become free. Usage count = 2",
    "kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)",
    "kmemleak: Kernel memory leak detector disabled",
    "ref_tracker: eth%d@00000000 has 1/1 users at",
    "INFO: task kworker/0:1:7 blocked for more than 120 seconds.",
    "rcu: INFO: rcu_preempt self-detected stall on CPU",
    "watchdog: BUG: soft lockup - CPU#0 stuck for 26s!",
    "Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100",
    "init: FAILED: cannot load e1000e",
    "failover-agent: FAILED: the harness closed the port",
]


@pytest.mark.parametrize("line", TROUBLE)
def test_trouble_is_seen_wherever_it_stands(line):
    log = f"{HEALTHY}[   22.000] {line}\n[   22.001] what follows\n"
    assert trouble_in(log) == [f"[   22.000] {line}", "[   22.001] what follows"]


def test_a_healthy_log_passes():
    assert trouble_in(HEALTHY) == []


LOCKDEP = " lock-classes:                         1234 [max: 8192]\n debug_locks:                             1\n"
LEAK = "unreferenced object 0xffff888104a1c000 (size 512):\n  backtrace:\n    fom_slave_add+0x1c/0x2a\n"


def test_a_kernel_that_checks_itself_and_is_silent_passes():
    assert found_by_kernel(LOCKDEP, "", debug=True) == []


def test_a_kernel_that_cannot_check_itself_passes_only_where_it_need_not():
    assert found_by_kernel("", "", debug=False) == []
    assert found_by_kernel("", "", debug=True) == ["the debug kernel does not check its locks"]


@pytest.mark.parametrize("debug", [True, False])
def test_lockdep_that_turned_itself_off_is_seen(debug):
    assert found_by_kernel(LOCKDEP.replace("1\n", "0\n"), "", debug) == ["lockdep has turned itself off"]


def test_a_leak_is_told_with_who_made_it():
    assert found_by_kernel(LOCKDEP, LEAK, debug=True) == ["memory that nobody refers to any more:\n" + LEAK]


KERNELS = "unreferenced object 0xffff8880088175e0 (size 16):\n  backtrace (crc 0):\n    virtnet_probe+0x93a/0x2760 [virtio_net]\n"
BOTH = KERNELS.rstrip("\n") + "\n    fom_hide_new+0x12/0x34 [fom]\n"


def test_what_the_kernel_leaks_without_us_is_not_ours():
    assert leaked_by_others_than_the_kernel(KERNELS + KERNELS) == ""
    assert leaked_by_others_than_the_kernel(KERNELS + LEAK + KERNELS) == LEAK
    assert leaked_by_others_than_the_kernel(BOTH) == BOTH
    line = "[   30.1] kmemleak: 8 new suspected memory leaks (see /sys/kernel/debug/kmemleak)\n"
    assert COUNTED.sub("", f"{HEALTHY}{line}") == HEALTHY


LOADED = """ffffffffa0271000 t free_unused_bufs\t[virtio_net]
ffffffffa0272700 t virtnet_probe\t[virtio_net]
ffffffffa0272700 d virtnet_netdev\t[virtio_net]
ffffffffa0280000 t fom_hide_new\t[fom]
"""
# What a module allocated that has been unloaded since.
GONE = """unreferenced object 0xffff8880088175e0 (size 16):
  comm "modprobe", pid 77, jiffies 4294940000
  hex dump (first 16 bytes):
    00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  ................
  backtrace (crc 0):
    0xffffffffa027303b
    virtio_dev_probe+0x1c3/0x2f0
"""


def symbols(*looks):
    found = Symbols()
    for look in looks:
        found.remember(look)
    return found


def test_what_a_module_forgot_has_a_name_when_the_module_is_gone():
    named = symbols("", LOADED).put_into(GONE)
    assert named == GONE.replace("0xffffffffa027303b", "virtnet_probe+0x93b [virtio_net]")
    assert leaked_by_others_than_the_kernel(named) == ""
    before_6_2 = "    [<ffffffffa0280012>] 0xffffffffa0280012\n"
    assert symbols(LOADED).put_into(before_6_2) == "    [<ffffffffa0280012>] fom_hide_new+0x12 [fom]\n"


@pytest.mark.parametrize("looks", [
    [], [""],
    [LOADED.replace("ffffffffa027", "ffffffffa028")],  # it lay elsewhere
    [LOADED.replace("ffffffffa027", "ffffffffa025")],  # so far behind it that it is not its own
    [LOADED, LOADED.replace("ffffffffa0271000", "ffffffffa0272800")],  # two modules have been there, one after the other
])
def test_a_frame_of_which_nobody_knows_whose_it_is_stays_as_it_is_and_is_trouble(looks):
    named = symbols(*looks).put_into(GONE)
    assert named == GONE
    assert leaked_by_others_than_the_kernel(named) == GONE


def test_a_tracker_whose_own_allocation_failed_is_told_from_a_reference():
    failed = "[   23.000] ref_tracker: memory allocation failure, unreliable refcount tracker.\n"
    held = "[   23.001] ref_tracker: eth%d@00000000 has 1/1 users at\n"
    assert trouble_in(failed) and trouble_in(UNTRACKED.sub("", HEALTHY + failed)) == []
    assert trouble_in(UNTRACKED.sub("", failed + held)) == [held.rstrip()]
