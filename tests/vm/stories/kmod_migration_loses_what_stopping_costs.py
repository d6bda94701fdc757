# SPDX-License-Identifier: GPL-2.0-only
"""The guest moves to another hypervisor under a stream, whose primary may be another model, and back."""
import pytest

from harness.migration import migrate

SLACK = 10


@pytest.mark.machine(elsewhere="vmxnet3")
@pytest.mark.parametrize("both_ways", [True, False], ids=["both", "receiving"])
def test_migration_loses_what_stopping_costs(host, kmod, note, both_ways):
    stream = host.stream(both_ways, pps=1000)
    moved = migrate(host)
    kmod.announces("primary", seconds=20)
    stream.flows().stop()
    note(f"{moved}; {stream}")
    assert stream.lost <= moved.stopped_ms + SLACK
