# SPDX-License-Identifier: GPL-2.0-only
"""When this machine itself stood still: paused by its own hypervisor, or without a CPU. Nothing that is measured in such
seconds says anything about a guest, so a story that failed in them is told once more (conftest.py)."""
import threading
import time
from pathlib import Path

EVERY = 0.25  # s between two looks
STILL = 5.0   # s: no busy machine keeps a thread waiting that long, and no story waits less than twice that
STOLEN = 8    # in /proc/stat, after "cpu": ticks of this machine's CPUs that its hypervisor gave to others
TICKS = 100   # a second (USER_HZ)


def stolen():
    """CPU seconds that this machine has not been given, since it booted."""
    fields = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()
    return int(fields[STOLEN]) / TICKS


class Stillness(threading.Thread):
    """Looks at the clock all the time; `since(moment)` tells what it saw from then on."""

    def __init__(self, clock=time.monotonic, sleep=time.sleep):
        super().__init__(daemon=True)
        self._clock = clock
        self._sleep = sleep
        self._gaps = []  # (when it ended, seconds)
        self._last = clock()

    def run(self):
        while True:
            self.look()

    def look(self):
        self._sleep(EVERY)
        now = self._clock()
        late = now - self._last - EVERY
        self._last = now
        if late >= STILL:
            self._gaps.append((now, late))

    def since(self, moment):
        """The longest time that it stood still after `moment` (of the clock), 0 if it did not."""
        return max((late for ended, late in self._gaps if ended >= moment), default=0)
