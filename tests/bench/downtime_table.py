# SPDX-License-Identifier: GPL-2.0-only
"""The result on a terminal: a line an event, a column a system."""
from statistics import median

from .downtime_events import ROUND
from .downtime_systems import SYSTEMS

WIDTH = 26


def number(values):
    """The median, and the worst where it is another."""
    middle, worst = median(values), max(values)
    shown = f"{middle:g}"
    return shown if worst == middle else f"{shown} (worst {worst})"


def cell(row):
    if not row:
        return "not measured"
    if not all(row["back"]):
        return f"in {min(row['lost_in'])}+, not back"
    out = "" if row["traffic"] == "receive-only" else f", out {number(row['lost_out'])}"
    return f"in {number(row['lost_in'])}{out}"


def verdict(rows):
    """How ours does against the better peer, by the worst run of both directions together."""
    totals = {key: max(map(sum, zip(row["lost_in"], row["lost_out"]))) for key, row in rows.items()}
    ours, peers = totals.pop("ebpf", None), totals
    if ours is None or not peers:
        return ""
    best = min(peers.values())
    if ours == best:
        return "same as the best peer"
    return f"{best - ours} fewer than the best peer" if ours < best else f"{ours - best} MORE than the best peer"


def table(rows, out):
    found = {(row["kernel"], row["nic"], row["event"], row["traffic"], row["system"]): row for row in rows}
    print("\nLost packets at 1,000 a second each way; one packet is one millisecond. Median, and the worst run.", file=out)
    for kernel, nic in dict.fromkeys((row["kernel"], row["nic"]) for row in rows):
        heads = "".join(f"{system.title:<{WIDTH}}" for system in SYSTEMS)
        print(f"\n{f'{nic}, kernel {kernel}':<24}{heads}", file=out)
        for event, traffic in ROUND:
            line = {system.key: found.get((kernel, nic, event, traffic, system.key)) for system in SYSTEMS}
            title = event if traffic == "both" else f"{event}, receive-only"
            cells = "".join(f"{cell(line[system.key]):<{WIDTH}}" for system in SYSTEMS)
            print(f"  {title:<22}{cells}{verdict({key: row for key, row in line.items() if row})}", file=out)
    longest = [(max(row["longest_in"] + row["longest_out"]), row["system"]) for row in rows]
    print("\nLongest outage: " + ", ".join(
        f"{system.title} {max((ms for ms, key in longest if key == system.key), default=0)} ms" for system in SYSTEMS),
        file=out)
