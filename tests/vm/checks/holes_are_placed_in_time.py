# SPDX-License-Identifier: GPL-2.0-only
"""When lost packets were sent, by this machine's clock, wherever the sender was."""
from harness.evidence.holes import placed, since, told

MS = 10 ** 6


def hole(first, last, after, before):
    return {"first": first, "last": last, "sent_after_ns": after * MS, "sent_before_ns": before * MS}


def place(holes, sent=1000, highest=999, last_ms=0, **how):
    sender = {"sent": sent, "last_ns": last_ms * MS}
    receiver = {"lost_ranges": holes, "highest": highest, "silent_ms": how.pop("silent_ms", 0)}
    return since(0, placed(sender, receiver, MS, **how))


def test_what_was_sent_from_here_is_placed_between_its_neighbours():
    assert place([hole(100, 109, 5000, 5011), hole(200, 200, 6000, 6002)]) == [[5001, 5010], [6001, 6001]]


def test_a_sender_that_paused_in_a_hole_loses_evenly():
    assert place([hole(1, 3, 100, 500)]) == [[200, 400]]


def test_a_hole_before_the_first_packet_that_came_has_the_length_of_its_packets():
    assert place([hole(0, 3, 0, 500)]) == [[496, 499]]


def test_what_a_guest_sent_is_placed_by_what_came_after_it():
    """Its clock is 70 s behind, and was stopped for 8 ms between the holes."""
    notes = [{"kind": "gap", "first": 100, "last": 109, "sent_ns": 5011 * MS, "seen_ns": 75011 * MS},
             {"kind": "late", "first": 104, "last": 104, "sent_ns": 5005 * MS, "seen_ns": 79000 * MS},
             {"kind": "gap", "first": 200, "last": 200, "sent_ns": 6002 * MS, "seen_ns": 76010 * MS}]
    holes = [hole(100, 103, 5000, 5005), hole(105, 109, 5005, 5011), hole(200, 200, 6000, 6002)]
    assert place(holes, notes=notes) == [[75001, 75004], [75006, 75010], [76009, 76009]]


def test_the_missing_end_is_placed_by_its_sender_or_by_the_silence_of_a_guest():
    assert place([], highest=989, last_ms=9000) == [[8991, 9000]]
    assert place([], highest=989, last_ms=9000, notes=[], ended_ns=20000 * MS, silent_ms=500) == [[19501, 19510]]


def test_times_are_told_from_the_event_on():
    assert since(5000 * MS, [(4999.96 * MS, 5010 * MS)]) == [[-0.0, 10]]


def test_a_hole_is_told_by_the_event_before_it():
    moments = [("away", 5000 * MS), ("back", 7000 * MS)]
    holes = [(4000 * MS, 4001 * MS), (5003 * MS, 5010 * MS), (7000 * MS, 7000 * MS)]
    assert told("inbound", [(1, 2), (10, 17), (30, 30)], holes, moments) == [
        "inbound: 1 to 2 lost, sent -1000.0 to -999.0 ms after away",
        "inbound: 10 to 17 lost, sent 3.0 to 10.0 ms after away",
        "inbound: 30 to 30 lost, sent 0.0 to 0.0 ms after back"]
    assert told("outbound", [(1, 2)], holes[:1], []) == ["outbound: 1 to 2 lost, sent 0.0 to 1.0 ms after itself"]
