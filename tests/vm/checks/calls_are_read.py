# SPDX-License-Identifier: GPL-2.0-only
"""The function tracer's output, in the form that a kernel wrote it."""
from types import SimpleNamespace

from harness.evidence.calls import Call, Calls

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
    return SimpleNamespace(guest=TracedGuest(), machine=SimpleNamespace(debug=debug))


def test_calls_are_read_in_order_with_their_callers():
    calls = Calls(host(), "e1000_msix_other", "netif_carrier_off").take()
    assert [call.seconds for call in calls] == [7.5, 7.501, 7.505, 7.511, 8, 9, 9.003]
    assert calls[1] == Call(7.501, "e1000_msix_other", "__handle_irq_event_percpu")
    assert calls[3] == Call(7.511, "netif_carrier_off", "e1000_watchdog_task")


def test_nothing_is_read_where_there_is_no_tracer():
    assert Calls(host(debug=True), "e1000_msix_other").take() == []
