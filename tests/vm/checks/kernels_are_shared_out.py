# SPDX-License-Identifier: GPL-2.0-only
"""Variants of a story take turns with the kernels, and no story is lost by that."""
from pathlib import Path
from types import SimpleNamespace

from harness.sharing import shared_out


class Item(SimpleNamespace):
    """As pytest's: equal to itself alone."""
    __hash__, __eq__ = object.__hash__, object.__eq__


def items(story, *variants, kernels=("6.1", "6.12"), alone=False):
    return [Item(path=Path("stories/some.py"), name=f"{story}[{kernel}{variant}]", originalname=story,
                 callspec=SimpleNamespace(params={"kernel": kernel}),
                 get_closest_marker=lambda marker: alone and marker == "alone")
            for variant in variants for kernel in kernels]


def told(stories):
    return [one.name for one in shared_out(stories)]


def test_each_variant_is_told_once_and_both_kernels_have_their_share():
    names = told(items("test_unplug", "-e1000e", "-vmxnet3", alone=True))
    assert sorted(name.split("-")[1] for name in names) == ["e1000e]", "vmxnet3]"]
    assert sorted(name.split("[")[1].split("-")[0] for name in names) == ["6.1", "6.12"]


def test_one_that_measures_and_has_no_variants_is_told_on_both():
    assert len(told(items("test_killed", "", alone=True))) == 2
    assert len(told(items("test_told", ""))) == 1


def test_a_story_about_one_kernel_stays():
    assert told(items("test_old", "", kernels=("6.1",))) == ["test_old[6.1]"]


def test_what_boots_nothing_stays():
    check = Item(path=Path("checks/some.py"), name="test_pure", originalname="test_pure", get_closest_marker=lambda _: None)
    assert shared_out([check]) == [check]
