# SPDX-License-Identifier: GPL-2.0-only
"""What is judged by its best is made again until each part has been within its bound, and no longer."""
import pytest

from lab import repeated
from lab.repeated import assert_within


def answers(*given):
    given = list(given)
    return given, lambda: given.pop(0)


def test_each_part_may_have_its_own_best():
    left, attempt = answers({"in": 9, "out": 2}, {"in": 3, "out": 9}, {"in": 0, "out": 0})
    assert_within({"in": 3, "out": 2}, attempt)
    assert left == [{"in": 0, "out": 0}]


def test_what_never_was_within_its_bound_is_told():
    _, attempt = answers({"in": 9, "out": 2}, {"in": 5, "out": 9})
    with pytest.raises(AssertionError, match="at least {'in': 5, 'out': 2} lost in 2 times, expected at most 4"):
        assert_within(4, attempt, times=2)


@pytest.fixture
def twice(monkeypatch):
    monkeypatch.setattr(repeated, "ROUNDS", 2)


@pytest.mark.usefixtures("twice")
def test_where_rounds_are_asked_for_all_are_made():
    left, attempt = answers({"in": 1, "out": 2}, {"in": 2, "out": 0}, {"in": 0, "out": 0})
    assert_within(2, attempt)
    assert left == [{"in": 0, "out": 0}]


@pytest.mark.usefixtures("twice")
def test_and_the_worst_is_judged():
    _, attempt = answers({"in": 0, "out": 0}, {"in": 3, "out": 1})
    with pytest.raises(AssertionError, match="at worst {'in': 3, 'out': 1} lost of 2 times"):
        assert_within(2, attempt)
