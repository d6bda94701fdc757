# SPDX-License-Identifier: GPL-2.0-only
"""When lost packets were sent, by this machine's clock (CLOCK_MONOTONIC, as time.monotonic_ns() tells it).

Each packet carries the time at which it was sent, by its sender's clock, and a report has these times of the packets before
and after each hole. Where the sender is here that is all. A guest's clock is another: what comes from there is placed by the
moment at which the packet after the hole was seen here.
"""


def placed(sender, receiver, interval_ns, notes=None, ended_ns=0):
    """(first, last) of each range that flow_of() finds, in its order: when its first and its last packet were sent. `notes`:
    the receiver's lines on holes as it met them, if it is here and the sender is not; `ended_ns`: when it made its report."""
    return tuple([_between(hole, interval_ns, _shift(hole, notes)) for hole in receiver["lost_ranges"]]
                 + _tail(sender, receiver, interval_ns, notes is not None, ended_ns))


def _between(hole, interval_ns, shift):
    """Those in a hole are spread evenly between its neighbours."""
    steps = hole["last"] - hole["first"] + 2
    before = hole["sent_before_ns"]
    after = hole["sent_after_ns"] or before - steps * interval_ns  # of the very first packet there is no neighbour
    step = (before - after) / steps
    return after + step + shift, before - step + shift


def _shift(hole, notes):
    """What this machine's clock is ahead of the sender's."""
    if notes is None:
        return 0
    # The note of a late packet covers none that is still missing.
    return next(note["seen_ns"] - note["sent_ns"] for note in notes if note["first"] <= hole["first"] <= note["last"])


def _tail(sender, receiver, interval_ns, foreign, ended_ns):
    """What was lost at the end has no packet after it."""
    missing = sender["sent"] - receiver["highest"] - 1
    if not missing:
        return []
    if foreign:
        first = ended_ns - receiver["silent_ms"] * 1e6 + interval_ns
        return [(first, first + (missing - 1) * interval_ns)]
    return [(sender["last_ns"] - (missing - 1) * interval_ns, sender["last_ns"])]


def since(instant_ns, holes):
    """The same in ms after an instant."""
    return [[round((edge - instant_ns) / 1e6, 1) for edge in hole] for hole in holes]


def told(way, ranges, holes, moments):
    """A line for each: which packets, and when they were sent by the last of these moments (Host.moments) before them, or the
    first of all."""
    lines = []
    for (first, last), hole in zip(ranges, holes):
        before = [moment for moment in moments if moment[1] <= hole[0]]
        what, instant = (before[-1:] or moments[:1] or [("itself", hole[0])])[0]
        begin, end = since(instant, [hole])[0]
        lines.append(f"{way}: {first} to {last} lost, sent {begin} to {end} ms after {what}")
    return lines
