# SPDX-License-Identifier: GPL-2.0-only
"""The watcher of this machine's own pauses, with a clock that we set."""
from harness.evidence.stillness import EVERY, STILL, Stillness, stolen


class Clock:
    def __init__(self):
        self.now = 100.0
        self.late = 0.0

    def sleep(self, seconds):
        self.now += seconds + self.late
        self.late = 0.0


def watched():
    clock = Clock()
    return clock, Stillness(clock=lambda: clock.now, sleep=clock.sleep)


def test_a_clock_that_goes_on_is_no_pause():
    clock, watch = watched()
    for _ in range(100):
        clock.late = STILL - EVERY
        watch.look()
    assert watch.since(0) == 0


def test_the_longest_pause_after_a_moment_is_told():
    clock, watch = watched()
    for late in (STILL + 1, 40, STILL + 2):
        clock.late = late
        watch.look()
    assert watch.since(0) == 40
    assert watch.since(clock.now - EVERY) == STILL + 2
    assert watch.since(clock.now + 1) == 0


def test_this_machine_tells_what_was_stolen():
    assert 0 <= stolen() <= stolen()
