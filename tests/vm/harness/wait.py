# SPDX-License-Identifier: GPL-2.0-only
"""Waiting for a condition with a deadline; the only way anything here waits."""
import time


class TooLate(AssertionError):
    """A condition did not come true in time."""


def until(what, condition, seconds=10.0, every=0.02):
    """The first true value of condition(); `what` completes "waited in vain for ..."."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise TooLate(f"waited {seconds:g} s in vain for {what}; last seen: {value!r}")
        time.sleep(every)


def within(seconds, condition):
    """The first true value of condition() in this time, or None: what may never come."""
    try:
        return until("what may never come", condition, seconds)
    except TooLate:
        return None
