# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's own net_failover is put to the trials of harness/trials/faults.py, and has every fault. A fault that is mended
there one day is news: then it leaves the list.
"""
import pytest

from harness.masters.intree import InTree
from harness.trials import faults


@pytest.mark.machine(failover=True, **faults.MACHINE)
def test_the_kernels_own_driver_has_every_fault(host, note):
    faults.prepare(host)
    intree = InTree(host)
    subject = faults.Subject(host, intree.master, intree.await_primary, lambda: (intree.master, intree.primary))
    absent = [str(finding) for finding in faults.found(subject, note) if not finding.present]
    assert not absent, "\n".join(absent)
