# SPDX-License-Identifier: GPL-2.0-only
"""How long a NIC's driver keeps a lost link to itself: from its interrupt until it tells the kernel. Nobody else can know
before.

    cable cut - interrupt - - - - driver looks - netif_carrier_off() - we move the traffic - the fabric learns
                    '-- this is measured --'
"""
from dataclasses import dataclass

from .calls import Calls

TELLS = "netif_carrier_off"


@dataclass(frozen=True)
class Way:
    """Of one driver: the handler of its interrupt, the function that tells the kernel, and the least that is between."""
    handler: str
    teller: str
    least_ms: float
    most_ms: float  # what took longer than that is not the driver's


WAYS = {
    # A timer of one tick is armed in the interrupt, and is due at the second one: 4 to 8 ms at HZ=250. Where a CPU is
    # emulated, a tick more.
    "e1000e": Way("e1000_msix_other", "e1000_watchdog_task", 4, 12),
    "vmxnet3": Way("vmxnet3_process_events", "vmxnet3_check_link", 0, 3),
}


class Noticing:
    """Watches the driver of the host's primary from now on."""

    def __init__(self, host):
        self._machine = host.machine
        self._way = WAYS[host.machine.primary]
        self._calls = Calls(host, self._way.handler, TELLS)

    def late(self, cuts=1):
        """[packets of a stream of 1,000 a second in what the driver took longer than the least], for each of so many links
        lost since the last time."""
        if self._machine.debug:
            return [0] * cuts
        took = delays_ms(self._calls.take(), self._way)
        assert len(took) == cuts, f"{self._way.teller}() told of {len(took)} links lost, where {cuts} were cut"
        return [max(0, min(ms, self._way.most_ms) - self._way.least_ms) for ms in took]


def delays_ms(calls, way):
    """For each link that was lost: from the last interrupt before it."""
    found, interrupted = [], None
    for call in calls:
        if call.function == way.handler:
            interrupted = call.seconds
        elif call.function == TELLS and call.caller == way.teller and interrupted is not None:
            found.append((call.seconds - interrupted) * 1e3)
    return found
