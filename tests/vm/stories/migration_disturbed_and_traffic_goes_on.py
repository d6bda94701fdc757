# SPDX-License-Identifier: GPL-2.0-only
"""A migration does not go as planned: it is cancelled, its destination dies or has no VF, nobody is there in the guest to
tell of it, the guest lies in a file for a while, or was reset before. Traffic goes on by whatever NIC there is.

    peer -- br0 -- tap0 -- virtio-net (standby)  QEMU  =X=>  QEMU  virtio-net (standby) -- tap2 -- br0
              `--- tap1 -- e1000e     (primary)                    e1000e     (primary) -- tap3 ---+
"""
import signal
from dataclasses import replace

import pytest

from harness.evidence.connection import MIB, Connection, judge
from harness.machine.migration import Migration, migrate, save_and_restore

SLOW = 4 << 20  # bytes a second: nothing is copied in a few seconds
SLACK = 10

endings = pytest.mark.parametrize("ending", [Migration.cancel, Migration.lose_destination], ids=["cancelled", "destination dies"])


@pytest.mark.alone
@endings
def test_given_up_with_the_module(host, kmod, note, ending):
    """QEMU gives the primary back by itself."""
    stream = host.stream(both_ways=True, pps=1000)
    migration = Migration(host, bandwidth=SLOW).under_way()
    kmod.announces("standby")
    ending(migration)
    kmod.announces("primary", seconds=30)
    kmod.sees_only_master()
    stream.flows().stop()
    note(stream)
    assert stream.lost == 0


@pytest.mark.alone
@endings
def test_given_up_with_bpf(host, product, note, ending):
    """Whoever took the primary gives it back."""
    stream = host.stream(both_ways=True, pps=1000)
    host.unplug()
    migration = Migration(host, bandwidth=SLOW).under_way()
    ending(migration)
    host.plug()
    product.master.expect(active="primary", seconds=30)
    product.sees_only_master()
    stream.flows().stop()
    note(stream)
    assert stream.lost <= host.machine.may_lose(4)  # of the unplug


def test_no_vf_at_the_destination_with_the_module(host, kmod, note):
    stream = host.stream(both_ways=True, pps=1000)
    moved = migrate(host, replace(host.machine, plugged=False))
    kmod.announces("standby")
    kmod.sees_only_master()
    stream.flows()
    host.plug()
    kmod.announces("primary", seconds=30)
    stream.flows().stop()
    note(f"{moved}; {stream}")
    assert stream.outbound.lost == 0
    assert stream.inbound.lost <= moved.stopped_ms + 3 * SLACK


def test_saved_and_restored_with_the_module(host, kmod, note):
    saved_and_restored(host, note, lambda: kmod.announces("primary", seconds=30))


def test_saved_and_restored_with_bpf(host, product, note):
    saved_and_restored(host, note, lambda: product.master.expect(active="primary", seconds=30))


def saved_and_restored(host, note, arrived):
    connection = Connection(host, 7500, rate=MIB)
    stream = host.stream(both_ways=True, pps=1000)
    moved = save_and_restore(host)
    arrived()
    stream.flows().stop()
    note(f"{moved}; {stream}")
    judge(connection.stop())
    assert stream.outbound.lost == 0


@pytest.mark.machine(elsewhere="vmxnet3", reboots=True)
def test_reset_and_then_moved_with_the_module(host, kmod):
    """QEMU remembers nothing of the boot before. (Reset after it has come from elsewhere, QEMU 10 itself dies.)"""
    host.unplug()
    host.reset()
    kmod.begin()
    migrate(host)
    kmod.announces("primary", seconds=30)


@pytest.mark.machine(elsewhere="vmxnet3")
def test_the_daemon_is_stopped(host, guest, product, note):
    """The kernel carries the guest through all of it by the standby; when the daemon goes on, the primary is taken up."""
    stream = host.stream(both_ways=True, pps=1000)
    guest.sh(f"kill -{signal.SIGSTOP:d} $(pidof failoverd)")
    moved = migrate(host)
    stream.flows()
    guest.sh(f"kill -{signal.SIGCONT:d} $(pidof failoverd)")
    product.master.expect(active="primary", seconds=30)
    stream.flows().stop()
    note(f"{moved}; {stream}")
    assert stream.outbound.lost == 0
    assert stream.inbound.lost <= moved.stopped_ms + 3 * SLACK
