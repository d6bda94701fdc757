# SPDX-License-Identifier: GPL-2.0-only
"""What a driver took to tell of a lost link, out of a trace; the trace's own form, out of a kernel's."""
from dataclasses import replace
from types import SimpleNamespace

import pytest

from harness.evidence.calls import Calls
from harness.evidence.noticing import WAYS, Noticing, delays_ms

TRACE = """\
# tracer: function
#
#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
#              | |         |   |||||     |         |
          <idle>-0       [000] d.h1.     7.500000: e1000_msix_other <-__handle_irq_event_percpu
          <idle>-0       [000] d.h1.     7.501000: e1000_msix_other [e1000e] <-__handle_irq_event_percpu
    kworker/1:0-28      [001] .....     7.505000: netif_carrier_off <-virtnet_config_changed_work
    kworker/1:0-28      [001] .....     7.511000: netif_carrier_off.part.0 <-e1000_watchdog_task
          <idle>-0       [000] d.h1.     8.000000: e1000_msix_other <-__handle_irq_event_percpu
          <idle>-0       [000] d.h1.     9.000000: e1000_msix_other <-__handle_irq_event_percpu
    kworker/1:0-28      [001] .....     9.003000: netif_carrier_off <-e1000_watchdog_task
"""


class TracedGuest:
    def sh(self, script):
        return TRACE if "cat" in script else ""


def host(debug=False):
    return SimpleNamespace(guest=TracedGuest(), machine=SimpleNamespace(debug=debug, primary="e1000e"))


def test_from_the_last_interrupt_until_the_driver_tells():
    calls = Calls(host(), "e1000_msix_other", "netif_carrier_off").take()
    assert delays_ms(calls, WAYS["e1000e"]) == pytest.approx([10, 3])


def test_late_is_what_it_took_longer_than_the_least():
    assert Noticing(host()).late(cuts=2) == pytest.approx([6, 0])


def test_no_more_than_a_driver_takes_is_taken_for_its_own(monkeypatch):
    monkeypatch.setitem(WAYS, "e1000e", replace(WAYS["e1000e"], most_ms=7))
    assert Noticing(host()).late(cuts=2) == pytest.approx([3, 0])


def test_a_cut_the_driver_never_told_of_is_no_cut_without_delay():
    with pytest.raises(AssertionError, match=r"told of 2 links lost, where 3 were cut"):
        Noticing(host()).late(cuts=3)


def test_nothing_is_measured_where_there_is_no_tracer():
    assert Noticing(host(debug=True)).late(cuts=2) == [0, 0]
