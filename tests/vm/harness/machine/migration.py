# SPDX-License-Identifier: GPL-2.0-only
"""The guest moves to another hypervisor on the same fabric while it runs.

    br0 -- tap0 -- standby  \\
      +--- tap1 -- primary   } QEMU  ==>  QEMU { standby -- tap2 -- br0
                            /                  { primary -- tap3 ---+

With teaming (Machine.failover) QEMU itself pulls the primary before and gives one after; without, whoever manages it does,
and here the harness.

QEMU announces the guest out of every NIC that it emulates. Of a real VF it knows no frames, so only the standby's port
speaks; here the primary is emulated too, and would speak for a guest that has no driver for it yet. So it is to announce
once, when the guest begins to run, and nothing passes the primary's port until it has; what the other way does is a story of
its own (`by_all`).
"""
import time
from dataclasses import dataclass, replace

from ..network.gate import Gate
from .qmp import Refused, reported_at, reported_ns

SECONDS = 180    # for the memory of a guest; its size and this machine's load decide
BANDWIDTH = 4 << 30  # bytes a second: as fast as it goes
ANNOUNCED_SECONDS = 5  # after it runs
STOPPED_MS = 20      # QEMU goes on copying until it thinks that it can do the rest in this time


@dataclass(frozen=True)
class Moved:
    """What a migration cost by itself."""
    stopped_ms: float  # from the last instruction there to the first one here, by the clocks of the two QEMUs
    total_ms: int      # from the wish to the end, as the source has it

    def __str__(self):
        return f"stopped for {self.stopped_ms:.0f} ms"


def elsewhere(host, machine=None):
    """The hypervisor that waits for the guest. Without teaming it has no primary yet."""
    here = host.machine
    there = machine or replace(here, primary=here.elsewhere or here.primary,
                               elsewhere=here.primary if here.elsewhere else "")
    return host.other(there if here.failover else replace(there, plugged=False))


def tell_of_migration(*qemus):
    for qemu in qemus:
        qemu.qmp.do("migrate-set-capabilities", capabilities=[{"capability": "events", "state": True}])


def total_ms(source):
    return source.qmp.do("query-migrate")["total-time"]


class Migration:
    """Begun by its constructor; then finish(), cancel(), or whatever the story thinks of. `machine`: what the guest finds
    at its destination, if that is not the same. `by_all`: QEMU announces the guest out of the primary too. `bandwidth`: in
    bytes a second; little, for a migration that is still under way when something happens to it."""

    def __init__(self, host, machine=None, by_all=False, bandwidth=BANDWIDTH):
        self._host = host
        self._gate = None  # at the primary's port over there
        self.source = host.qemu
        self._taps = host.fabric.other_taps()
        self.destination = elsewhere(host, machine)
        try:
            tell_of_migration(self.source, self.destination)
            self.source.qmp.do("migrate-set-parameters", **{"max-bandwidth": bandwidth, "downtime-limit": STOPPED_MS})
            if not by_all:
                self.destination.qmp.do("migrate-set-parameters", **{"announce-rounds": 1})
                self._gate = Gate(host.fabric.switch, self._taps["primary"])
                self._gate.shut()
            channel = f"unix:{host.folder}/migration-{self.destination.pid}"
            self.destination.qmp.do("migrate-incoming", uri=channel)
            self._mark = self.source.qmp.mark()
            self.asked = time.time() * 1e3
            if host.machine.failover:  # QEMU begins with that
                host.happens("away")
            self.source.qmp.do("migrate", uri=channel)
        except BaseException:
            self.destination.close()
            raise

    def await_status(self, *statuses, seconds=SECONDS):
        """The first of these statuses that the source reports."""
        return self.source.qmp.await_any("MIGRATION", self._mark, seconds, [{"status": status} for status in statuses])

    def waited_ms(self):
        """From the wish until QEMU began to copy memory: with teaming it waits for the guest to let the primary go, and looks
        every 250 ms whether it has (qemu_savevm_wait_unplug())."""
        return reported_at(self.await_status("active")) - self.asked

    def finish(self):
        """To the end; the host then speaks to the destination, and the source is gone."""
        end = self.await_status("completed", "failed", "cancelled")["data"]["status"]
        if end != "completed":
            raise Refused(f"the migration has {end}: {self.source.qmp.do('query-migrate')}")
        resume, there = self.destination.qmp.await_event("RESUME"), self.destination.machine
        if self._gate:
            # Without teaming, or without one over there, there is no primary yet that could be announced.
            if there.failover and there.plugged:
                assert self._gate.await_announcement(ANNOUNCED_SECONDS), "QEMU did not announce the guest by the primary"
            self._gate.open()
            self._gate.close()
        stop = self.source.qmp.await_event("STOP", self._mark)
        total = total_ms(self.source)
        self._host.happens("stopped", ns=reported_ns(stop))
        if self._host.machine.failover:  # and ends with that
            self._host.happens("back", ns=reported_ns(resume))
        self._host.moved_to(self.destination, self._taps)
        return Moved(reported_at(resume) - reported_at(stop), total)

    def under_way(self):
        """The primary is gone, and memory is being copied."""
        self.await_status("active")
        return self

    def cancel(self):
        """The guest stays where it is, and the destination ends."""
        self.source.qmp.do("migrate_cancel")
        self._await_failure("cancelled")

    def lose_destination(self):
        """It dies; the guest stays where it is."""
        self.destination.close()
        self._await_failure("failed")

    def _await_failure(self, status):
        given_up = self.await_status(status)
        if self._host.machine.failover:  # QEMU gives the primary back
            self._host.happens("back", ns=reported_ns(given_up))
        self.destination.close()
        if self._gate:
            self._gate.close()
        assert self.source.qmp.do("query-status")["running"], f"the guest does not run although its migration has {status}"


def migrate(host, machine=None, by_all=False):
    """There, as whoever manages the hypervisors does it: without teaming it takes the primary away and gives one back."""
    if not host.machine.failover:
        host.unplug()
    moved = Migration(host, machine, by_all).finish()
    if not host.machine.failover:
        host.plug()
    return moved


def save_and_restore(host):
    """Into a file, and out of it elsewhere."""
    file = host.folder / "saved"
    if not host.machine.failover:
        host.unplug()
    source, taps = host.qemu, host.fabric.other_taps()
    tell_of_migration(source)
    mark = source.qmp.mark()
    source.qmp.do("migrate", uri=f"exec:cat >{file}")
    source.qmp.await_event("MIGRATION", mark, SECONDS, status="completed")
    stop = reported_at(source.qmp.await_event("STOP", mark))
    total = total_ms(source)
    destination = elsewhere(host)
    try:
        destination.qmp.do("migrate-incoming", uri=f"exec:cat {file}")
        resume = reported_at(destination.qmp.await_event("RESUME", seconds=SECONDS))
    except BaseException:
        destination.close()
        raise
    host.moved_to(destination, taps)
    if not host.machine.failover:
        host.plug()
    return Moved(resume - stop, total)
