# SPDX-License-Identifier: GPL-2.0-only
"""Where in the picture of scripts/bench downtime a time is, and what is drawn there."""
import re
from xml.etree import ElementTree

import pytest

from bench.chart import MARGIN
from bench.downtime_axis import NARROWEST, TimeAxis, named, window
from bench.downtime_systems import SYSTEMS
from bench.downtime_timeline import LOST, NAMES, Run, svg

AXIS = TimeAxis(100, 200, -100, 900)  # five ms a pixel


def row(**changes):
    told = {"kernel": "6.12", "nic": "e1000e", "event": "carrier", "traffic": "both", "system": "ebpf",
            "lost_in": [0], "lost_out": [0], "back": [True], "holes_in": [[]], "holes_out": [[]],
            "moments": [[["away", 0.0], ["back", 1500.0]]], "ended_ms": [2600.0]}
    return told | changes


def test_time_goes_evenly_from_left_to_right_and_no_further():
    assert [AXIS.x(ms) for ms in (-100, 0, 400, 900)] == [100, 120, 200, 300]
    assert (AXIS.x(-5000), AXIS.x(5000)) == (100, 300)


def test_a_block_is_as_wide_as_the_outage_was_long():
    (block,) = AXIS.blocks([[0.5, 499.5]])
    assert (block.left, block.width, block.share) == (120, 100, 1)


def test_a_single_packet_is_wide_enough_to_be_seen():
    (block,) = AXIS.blocks([[200, 200]])
    assert (block.width, block.share) == (pytest.approx(NARROWEST), 1)


def test_holes_that_would_touch_are_one_block_as_pale_as_much_of_it_came():
    (block,) = AXIS.blocks([[ms, ms] for ms in range(100, 200, 4)])
    assert block.share == pytest.approx(25 / 97)
    assert len(AXIS.blocks([[100, 110], [300, 310]])) == 2


def test_what_is_not_shown_is_not_drawn():
    assert AXIS.blocks([[-500, -200], [901, 1000]]) == []


@pytest.mark.parametrize("last, ticks", [(950, [0, 500]), (2200, [0, 1000, 2000]), (265, [0, 100, 200]), (4100, [0, 2000, 4000])])
def test_times_named_are_round(last, ticks):
    assert TimeAxis(0, 100, -10, last).ticks() == ticks


def test_times_are_named_as_people_do():
    assert [named(ms) for ms in (0, 200, 1000, 1500)] == ["0", "200 ms", "1 s", "1.5 s"]


def test_the_window_holds_the_event_and_all_that_came_of_it():
    first, last = window([0, 1500, 2080])
    assert first < 0 and 2080 < last < 2500


def test_the_worst_run_is_drawn():
    run = Run(row(lost_in=[3, 9], lost_out=[2, 0], holes_in=[[[0, 2]], [[5, 13]]], holes_out=[[[0, 1]], []], back=[True, True],
                  moments=[[["away", 0]], [["away", 0], ["stopped", 40], ["back", 90]]], ended_ms=[1, 2]))
    assert run.lanes == [(9, [[5, 13]]), (0, [])]
    assert (run.away(), run.stopped()) == ([(0, 90)], [40])


def test_a_nic_is_away_until_it_is_back_and_before_it_came():
    assert Run(row(moments=[[["away", 0]]])).away() == [(0, None)]
    assert Run(row(moments=[[["back", 0]]])).away() == [(None, 0)]


def drawn(rows):
    picture = svg(rows)
    ElementTree.fromstring(picture)
    return [float(width) for width in re.findall(rf"width='([\d.]+)' height='9' rx='1' fill='{LOST}'", picture)]


def test_each_hole_is_in_the_picture():
    assert drawn([row()]) == []
    short, long = drawn([row(lost_in=[3], holes_in=[[[0, 2]]], lost_out=[800], holes_out=[[[0, 799]]])])
    assert long > 20 * short


def test_what_did_not_come_back_points_on():
    arrow = f"l8 6.5 l-8 6.5 z' fill='{LOST}'"
    lost = {"traffic": "receive-only", "lost_in": [1500], "holes_in": [[[1101, 2600]]]}
    assert svg([row(**lost, back=[False])]).count(arrow) == svg([row(**lost)]).count(arrow) + 1


def test_the_longest_name_has_room():
    a_letter = 6.6  # of size 11, at most, on average
    assert max(len(system.title) for system in SYSTEMS) * a_letter <= NAMES - 26 + MARGIN
