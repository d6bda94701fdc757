# SPDX-License-Identifier: GPL-2.0-only
"""Time from left to right, and what of a stream was lost on it. Linear: a block is as wide as the outage was long, but never
too narrow to be seen."""
from dataclasses import dataclass
from math import floor, log10

PACKET_MS = 1.0
NARROWEST = 2.6   # pixels
TOUCHING = 0.6    # pixels between blocks that nobody would see
SHORTEST_MS = 250
BEFORE, AFTER = 0.07, 0.06  # parts of what is shown


@dataclass(frozen=True)
class Block:
    left: float
    width: float
    share: float  # of the packets in it that were lost


class TimeAxis:
    def __init__(self, left, width, first_ms, last_ms):
        self.left, self.width = left, width
        self.first_ms, self.last_ms = first_ms, last_ms

    @property
    def right(self):
        return self.left + self.width

    def x(self, ms):
        share = (ms - self.first_ms) / (self.last_ms - self.first_ms)
        return self.left + self.width * min(1.0, max(0.0, share))

    def ticks(self, about=4):
        """Round times from the event on, in ms."""
        raw = self.last_ms / about
        power = 10 ** floor(log10(raw))
        step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw)
        return [step * number for number in range(int(self.last_ms / step) + 1)]

    def blocks(self, holes):
        """Holes that would touch are one block."""
        found, open_block = [], None  # [left, right, lost, first_ms, last_ms]
        for first, last in sorted(holes):
            if last < self.first_ms or first > self.last_ms:
                continue
            left, right = self.x(first - PACKET_MS / 2), self.x(last + PACKET_MS / 2)
            right = max(right, left + NARROWEST)
            lost = last - first + PACKET_MS
            if open_block and left <= open_block[1] + TOUCHING:
                open_block[1] = max(right, open_block[1])
                open_block[2] += lost
                open_block[4] = max(last, open_block[4])
            else:
                open_block = [left, right, lost, first, last]
                found.append(open_block)
        return [Block(left, right - left, min(1.0, lost / (last - first + PACKET_MS))) for left, right, lost, first, last in found]


def window(edges):
    """(first, last) ms to show of what has something at these times: all of it, and a little more on both sides."""
    last = max([SHORTEST_MS, *edges])
    return min([0, *edges]) - last * BEFORE, last * (1 + AFTER)


def named(ms):
    return f"{ms:g} ms" if 0 < ms < 1000 else f"{ms / 1000:g} s" if ms else "0"
