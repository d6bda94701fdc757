# SPDX-License-Identifier: GPL-2.0-only
"""Judging what may cost a few packets on a machine that has other work too."""

ROUNDS = 0  # asked for: everything is made so often, and the worst is judged (`--worst-of`)


def rounds():
    """What is done again and again where each time must be good: once, unless more were asked for."""
    return range(ROUNDS or 1)


def assert_within(most, attempt, times=3):
    """`attempt()` -> {part: lost}, made again until each part has once been at most `most`, or most[part] where that is a
    dictionary: what other work of this machine adds, it only ever adds. Raises with the least of each part after `times`.
    Where rounds were asked for, each part of each must be so."""
    def within(lost):
        return all(count <= (most[part] if isinstance(most, dict) else most) for part, count in lost.items())

    if ROUNDS:
        worst = merged(max, [attempt() for _ in rounds()])
        if not within(worst):
            raise AssertionError(f"at worst {worst} lost of {ROUNDS} times, expected at most {most}")
        return
    tried = []
    for _ in range(times):
        tried.append(attempt())
        if within(merged(min, tried)):
            return
    raise AssertionError(f"at least {merged(min, tried)} lost in {times} times, expected at most {most}")


def merged(which, results):
    """Of each part the least or the most."""
    parts = dict.fromkeys(part for result in results for part in result)
    return {part: which(result[part] for result in results if part in result) for part in parts}
