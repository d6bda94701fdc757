# SPDX-License-Identifier: GPL-2.0-only
"""Judging what may cost a few packets on a machine that has other work too."""


def assert_within(most, attempt, times=3):
    """`attempt()` -> {part: lost}, made again until each part has once been at most `most`, or most[part] where that is a
    dictionary: what other work of this machine adds, it only ever adds. Raises with the least of each part after `times`."""
    best = {}
    for _ in range(times):
        for part, lost in attempt().items():
            best[part] = min(lost, best.get(part, lost))
        if all(lost <= (most[part] if isinstance(most, dict) else most) for part, lost in best.items()):
            return
    raise AssertionError(f"at least {best} lost in {times} times, expected at most {most}")
