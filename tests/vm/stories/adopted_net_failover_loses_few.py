# SPDX-License-Identifier: GPL-2.0-only
"""The kernel has formed its own net_failover, and it stays. With failoverd beside it, what it drops is taken past it,
and what happens is announced and told.

    peer -- br0 -- tap0 -- virtio-net (standby) -+
              `-X- tap1 -- e1000e     (primary) -+- net_failover 10.77.0.2/24

Alone it receives nothing while the cable is cut, and nothing after an unplug until somebody asks for the guest, where that
only receives (intree_carrier_loss_blackholes_reception, intree_unplug_loses_packets).
"""
from functools import partial

import pytest

from harness import wait
from harness.evidence.stream import SENT_UNKNOWN
from lab.repeated import assert_within, rounds

pytestmark = pytest.mark.machine(failover=True)

RECEIVING = 20

nics = pytest.mark.parametrize("nic, most", [("e1000e", 12), ("vmxnet3", 5)])


def cut_and_mend(host, adopted, note, both_ways):
    """{way: lost}"""
    stream = host.stream(both_ways, pps=1000)
    host.carrier("primary", False)
    adopted.master.goes("primary", "standby")
    stream.flows()
    host.carrier("primary", True)
    adopted.master.goes("standby", "primary", seconds=20)
    stream.flows().stop()
    note(stream)
    return stream.lost_by_way()


@nics
@pytest.mark.alone
def test_a_cut_cable_loses_what_was_sent_before_its_interrupt(host, adopted, note, nic, most):
    out = SENT_UNKNOWN if nic == "e1000e" else most
    for both_ways, bound in (True, {"inbound": most, "outbound": out}), (False, RECEIVING):
        assert_within(bound, partial(cut_and_mend, host, adopted, note, both_ways))


@nics
@pytest.mark.alone
def test_unplug_and_replug_lose_few(host, adopted, note, nic, most):
    for both_ways in (True, False) * len(rounds()):
        stream = host.stream(both_ways, pps=1000)
        host.unplug()
        adopted.master.goes("primary", "standby")
        stream.flows().stop()
        note(f"unplug: {stream}")
        assert host.fabric.port_of() == "standby"
        assert stream.lost <= RECEIVING
        stream = host.stream(both_ways, pps=1000)
        host.plug()
        adopted.await_primary()
        stream.flows().stop()
        note(f"replug: {stream}")
        assert host.fabric.port_of() == "primary"
        assert stream.lost <= RECEIVING
        # One may be on its way to net_failover when the primary's link comes.
        assert not both_ways or stream.outbound.lost <= 1, "sent by a primary whose queues did not work yet"


def test_it_is_told_and_obeys_like_any_other(host, guest, adopted):
    assert "fom_adopt_steer" in guest.run("tc", "filter", "show", "dev", adopted.name, "egress").stdout
    adopted.control("switch", adopted.name, "standby")
    adopted.master.expect(active="standby")
    host.await_path("standby")
    kinds = [event["kind"] for event in adopted.control("events")["events"]]
    assert "attached" in kinds and "switch" in kinds
    adopted.kill()
    assert adopted.masters()[0]["backend"] == "adopt"  # told by the kernel
    adopted.start()
    adopted.await_master()
    adopted.master.stays("standby")
    adopted.control("switch", adopted.name, "auto")
    adopted.master.expect(active="primary")
    assert adopted.programs()
    adopted.release()
    assert not adopted.programs()
    host.await_path("primary")


USERS = "filter add dev {} ingress prio 1 handle 1 matchall action continue"


def test_given_up_with_the_standby_active_it_is_heard_of_again(host, guest, adopted):
    """Without us it takes nothing by the standby while a primary is there. What users have at its slaves stays."""
    standby = adopted.intree.names["standby"]
    guest.sh("modprobe cls_matchall; tc qdisc add dev " + standby + " clsact 2>/dev/null; tc " + USERS.format(standby))
    for last in (False, True):
        adopted.control("switch", adopted.name, "standby")
        adopted.master.expect(active="standby")
        host.await_path("standby")
        stream = host.stream(both_ways=False, pps=1000)
        if last:
            adopted.release()
        else:
            adopted.control("detach", adopted.name)
        wait.until("the fabric to hear of the primary", lambda: host.fabric.port_of() == "primary")
        stream.flows().stop()
        assert "matchall" in guest.sh(f"tc filter show dev {standby} ingress")
        if not last:
            assert adopted.masters() == []
            adopted.control("attach", adopted.name)
            adopted.master.expect(active="primary")
    assert not adopted.programs()
