# SPDX-License-Identifier: GPL-2.0-only
"""Sender's and receiver's reports against what they add up to."""
import pytest

from harness.evidence.stream import flow_of


def reports(sent, received, highest, lost, **more):
    receiver = {"received": received, "highest": highest, "lost": lost, "duplicates": 0, "reordered": 0,
                "longest_gap_ms": 1.0, "socket_drops": 0}
    return {"sent": sent, "errors": 0}, receiver | more


def test_a_complete_stream_lost_nothing():
    assert flow_of(*reports(10, 10, 9, [])).lost == 0


def test_holes_and_the_missing_end_are_lost():
    flow = flow_of(*reports(10, 5, 7, [[1, 2], [4, 4]]))
    assert flow.lost == 5
    assert flow.ranges == ((1, 2), (4, 4), (8, 9))


def test_a_stream_of_which_nothing_came_is_lost_as_a_whole():
    flow = flow_of(*reports(10, 0, -1, []))
    assert (flow.lost, flow.ranges) == (10, ((0, 9),))


def test_the_longest_hole_and_the_end_are_told_apart():
    flow = flow_of(*reports(20, 9, 15, [[1, 2], [4, 8]]))
    assert (flow.longest, flow.tail) == (5, 4)
    whole = flow_of(*reports(10, 10, 9, []))
    assert (whole.longest, whole.tail) == (0, 0)


def test_what_was_lost_is_told_by_the_part_of_the_stream_it_was_lost_in():
    flow = flow_of(*reports(20, 9, 15, [[1, 2], [4, 8]]))
    assert [flow.lost_between(*part) for part in ((0, 3), (3, 6), (6, None), (0, None))] == [2, 2, 7, 11]


def test_reports_that_contradict_each_other_are_refused():
    with pytest.raises(AssertionError, match="contradict"):
        flow_of(*reports(10, 9, 9, []))


def test_a_receiver_that_dropped_packets_itself_proves_nothing():
    with pytest.raises(AssertionError, match="too loaded"):
        flow_of(*reports(10, 9, 9, [[3, 3]], socket_drops=1))
