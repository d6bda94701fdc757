# SPDX-License-Identifier: GPL-2.0-only
"""The module is put to the same trials as the kernel's own net_failover (harness/trials/faults.py), and to one that cannot be
made there: a slave that fails to open.
"""
import pytest

from harness import wait
from harness.trials import faults


def follower(guest):
    """A master whose slave is not hidden."""
    guest.sh("""set -e
        modprobe veth
        ip link add follow0 type fom
        ip link add lower0 type veth peer name far0
        ip link set lower0 master follow0""")
    return "follow0", "lower0"


def opens_with_what_works(guest):
    """A VLAN cannot be opened while what is below is closed."""
    guest.sh("""set -e
        modprobe 8021q && modprobe dummy numdummies=0
        ip link add closed0 type dummy
        ip link add link closed0 name closed0.5 type vlan id 5
        ip link set closed0.5 master follow0
        ip link set far0 up
        ip link set follow0 up""")
    assert "UP" not in guest.links()["closed0.5"]["flags"], "the VLAN could be opened: this tries nothing"
    wait.until("the slave that works to carry", lambda: guest.carrier("follow0"))


@pytest.mark.machine(**faults.MACHINE)
def test_the_module_has_none_of_the_faults(host, guest, kmod, note):
    faults.prepare(host)
    kmod.begin()
    subject = faults.Subject(host, kmod.name, lambda: kmod.goes_to("primary", seconds=20), lambda: follower(guest))
    present = [str(finding) for finding in faults.found(subject, note) if finding.present]
    opens_with_what_works(guest)
    guest.sh("ip link del follow0 && ip link del lower0 && ip link del closed0")
    assert not present, "\n".join(present)
