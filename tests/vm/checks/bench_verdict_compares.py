# SPDX-License-Identifier: GPL-2.0-only
"""What scripts/bench downtime says of ours beside its peers."""
from bench.downtime_table import verdict


def row(lost_in, lost_out=(0,), stopped_ms=(0,)):
    return {"lost_in": list(lost_in), "lost_out": list(lost_out), "stopped_ms": list(stopped_ms)}


def test_the_worst_run_of_ours_beside_the_best_peer():
    rows = {"kmod": row([0, 4], [1, 0], [0, 0]), "ebpf": row([2]), "bond": row([40], [30]), "net_failover": row([400])}
    assert verdict(rows) == "66 fewer than the best peer"
    assert verdict({"kmod": row([50]), "bond": row([40])}) == "10 MORE than the best peer"


def test_what_was_on_its_way_is_nobodys_merit():
    for ours, peer in (0, 1), (1, 0), (0, 2):
        assert verdict({"ebpf": row([ours]), "bond": row([peer])}) == "as few as the best peer"
    assert verdict({"ebpf": row([3]), "bond": row([0])}) == "3 MORE than the best peer"


def test_what_a_stopped_guest_misses_is_not_counted():
    assert verdict({"kmod": row([31], stopped_ms=[30]), "bond": row([75], stopped_ms=[10])}) == "64 fewer than the best peer"


def test_nothing_to_compare_with():
    assert verdict({"kmod": row([1])}) == "" and verdict({"bond": row([1])}) == ""
