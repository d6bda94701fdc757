# SPDX-License-Identifier: GPL-2.0-only
"""Four connections carry 200 MiB each way, every byte checked, while the primary's cable is cut and mended and the
primary is pulled and put back: twenty failovers. Both NICs have four queues, the guest four processors.

    peer -- br0 -- tap0 == virtio-net (standby, four queues, hidden) -+
              `-X- tap1 -- vmxnet3    (primary, four queues, hidden) -+- master 10.77.0.2/24
"""
import re

import pytest

from harness import wait
from harness.evidence.connection import MIB, Connection, judge

CONNECTIONS = 4
QUEUES = 4
PORT = 7500
FAILOVERS = 20
AMOUNT = 200 * MIB


def failovers(host, kmod):
    """Twenty, of every kind; each is over when the fabric has heard of it."""
    def cut():
        host.carrier("primary", False)

    def mend():
        host.carrier("primary", True)

    pairs = ((cut, mend), (host.unplug, host.plug), (cut, mend))
    for number in range(FAILOVERS // 2):
        for change, role in zip(pairs[number % len(pairs)], ("standby", "primary")):
            change()
            kmod.announces(role, seconds=host.machine.patience(20))
            yield


def interrupted(guest, queues):
    """How many interrupts each vector with such a name had."""
    processors, *rows = [line.split() for line in guest.sh("cat /proc/interrupts").splitlines()]
    return {row[-1]: sum(map(int, row[1:1 + len(processors)])) for row in rows if re.fullmatch(queues, row[-1])}


@pytest.mark.alone  # beside another guest one whose kernel checks itself takes ten times as long
@pytest.mark.machine(primary="vmxnet3", cpus=4, queues=QUEUES)
def test_every_byte_arrives_across_twenty_failovers(host, guest, kmod, note):
    amount = host.machine.pace(AMOUNT)
    patience = host.machine.patience(120)
    connections = [Connection(host, PORT + number) for number in range(CONNECTIONS)]
    for number, _ in enumerate(failovers(host, kmod), 1):
        goal = amount * number // FAILOVERS
        wait.until(f"{goal} bytes each way after {number} failovers",
                   lambda goal=goal: sum(connection.carried() for connection in connections) >= goal, patience, 0.1)
    used = {title: interrupted(guest, names) for title, names in
            (("standby", r"virtio\d+-(?:input|output)\.\d+"), ("primary", r"primary0-rxtx-\d+"))}
    ends = [end for connection in connections for end in judge(connection.stop())]
    note(f"{sum(end['bytes_received'] for end in ends) // MIB} MiB both ways; "
         f"longest pause {max(end['longest_stall_ms'] for end in ends):.0f} ms; interrupts {used}")
    for counts in used.values():
        assert len(counts) >= QUEUES and sum(count > 0 for count in counts.values()) > 2, used
