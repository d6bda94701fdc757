# SPDX-License-Identifier: GPL-2.0-only
"""What a guest says of a program's memory, and when a program counts as put out."""
import pytest

from harness.machine.swap import NotOut, Swappable

ROLLUP = """55d1c0a00000-7ffd0b5fe000 ---p 00000000 00:00 0    [rollup]
Rss:                {rss} kB
Pss:                {rss} kB
Anonymous:           812 kB
Locked:             {locked} kB
Swap:               {swap} kB
SwapPss:            {swap} kB
"""


class Guest:
    """Each write to the group takes the sizes one further."""

    def __init__(self, *sizes):
        self._sizes = list(sizes)
        self.asked = []

    def sh(self, script):
        if "smaps_rollup" in script:
            rss, swap, locked = self._sizes[0]
            return ROLLUP.format(rss=rss, swap=swap, locked=locked)
        if "memory.reclaim" in script:
            self.asked.append(script)
            if len(self._sizes) > 1:
                del self._sizes[0]
        return ""


def test_most_of_it_must_be_on_the_disk():
    guest = Guest((6000, 0, 0), (4000, 2000, 0), (600, 5500, 0))
    assert Swappable(guest, "failoverd").put_out() == (6000, 600)
    assert len(guest.asked) == 2 and "6000K" in guest.asked[0]


def test_what_is_out_already_counts():
    assert Swappable(Guest((1000, 5000, 0), (500, 5500, 0)), "failoverd").put_out() == (6000, 500)


def test_what_is_locked_stays():
    assert Swappable(Guest((6000, 0, 5800), (5850, 150, 5800)), "failoverd").put_out() == (6000, 5850)
    with pytest.raises(NotOut, match="3000 KiB locked"):
        Swappable(Guest((6000, 0, 3000), (6000, 0, 3000)), "failoverd").put_out()


@pytest.mark.parametrize("end", [(5000, 1000, 0), (400, 1000, 0)], ids=["still there", "nowhere"])
def test_else_nothing_is_measured(end):
    with pytest.raises(NotOut, match=f"still has {end[0]} KiB and {end[1]} KiB"):
        Swappable(Guest((6000, 0, 0), end), "failoverd").put_out()
