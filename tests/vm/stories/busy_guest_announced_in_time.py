# SPDX-License-Identifier: GPL-2.0-only
"""Every CPU of the guest is busy when the VF is pulled, and the guest only receives: the announcement does not wait for
its turn.

    peer -- br0 -- tap0 -- virtio-net (standby) -+
              `--- tap1 -- vmxnet3    (primary) -+- master 10.77.0.2/24
"""
import pytest

pytestmark = pytest.mark.alone

SCHED_RR = 2       # include/uapi/linux/sched.h
POLICY_FIELD = 41  # of /proc/PID/stat, counted from 1; proc(5)


@pytest.mark.machine(primary="vmxnet3")
def test_a_busy_guest_tells_the_fabric_in_time(host, guest, product, note):
    stream = host.stream(both_ways=False, pps=1000)
    busy = [guest.start("sh", "-c", "while :; do :; done") for _ in range(host.machine.cpus + 1)]
    host.unplug()
    product.master.goes("primary", "standby")
    stream.flows()
    for process in busy:
        process.send_signal(9)
    stream.stop()
    note(stream)
    assert stream.lost <= 20


def test_the_daemon_comes_before_ordinary_processes(guest, product):
    stat = guest.sh("cat /proc/$(pidof failoverd)/stat")
    # Counted from behind the name, which may hold blanks: that is field 2.
    policy = stat.rsplit(") ", 1)[1].split()[POLICY_FIELD - 3]
    assert int(policy) == SCHED_RR
