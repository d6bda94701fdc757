# SPDX-License-Identifier: GPL-2.0-only
"""The result on a terminal: a line an event, a column a system."""
from statistics import median

from .downtime_events import ROUND
from .downtime_systems import OURS, SYSTEMS


# A packet each way is on a path when that goes, or is not: nobody's merit.
ON_ITS_WAY = 2


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
    stop = f" of {median(row['stopped_ms']):.0f} ms stopped" if any(row["stopped_ms"]) else ""
    return f"in {number(row['lost_in'])}{out}{stop}"


def verdict(rows):
    """How ours, the worst where there are several, does against the best peer: by the worst run of both directions together,
    without what a guest that did not run could not have received."""
    totals = {key: max(round(sum(run)) for run in zip(row["lost_in"], row["lost_out"], (-ms for ms in row["stopped_ms"])))
              for key, row in rows.items()}
    ours = [totals.pop(system.key) for system in OURS if system.key in totals]
    if not ours or not totals:
        return ""
    worst, best = max(ours), min(totals.values())
    if abs(worst - best) <= ON_ITS_WAY:
        return "as few as the best peer"
    return f"{best - worst} fewer than the best peer" if worst < best else f"{worst - best} MORE than the best peer"


def lines_of(rows, kernel, nic, systems):
    """(title, a cell for each system, verdict) for each event measured on this kernel and NIC."""
    for event, traffic in ROUND:
        found = {row["system"]: row for row in rows
                 if (row["kernel"], row["nic"], row["event"], row["traffic"]) == (kernel, nic, event, traffic)}
        if found:
            title = event if traffic == "both" else f"{event}, receive-only"
            yield title, [cell(found.get(system.key)) for system in systems], verdict(found)


def table(rows, absent, out):
    """`absent`: a line for each system that is not in it, with the reason."""
    systems = [system for system in SYSTEMS if any(row["system"] == system.key for row in rows)]
    print("\nLost packets at 1,000 a second each way; one packet is one millisecond. Median, and the worst run.", file=out)
    for kernel, nic in dict.fromkeys((row["kernel"], row["nic"]) for row in rows):
        lines = [(f"{nic}, kernel {kernel}", [system.title for system in systems], "")]
        lines += [(f"  {title}", cells, words) for title, cells, words in lines_of(rows, kernel, nic, systems)]
        widths = [max(len(cells[column]) for _, cells, _ in lines) + 2 for column in range(len(systems))]
        print(file=out)
        for title, cells, words in lines:
            print(f"{title:<25}{''.join(f'{text:<{width}}' for text, width in zip(cells, widths))}{words}", file=out)
    for line in absent:
        print(f"\nLeft out: {line}", file=out)
    print(f"\nHot-unplug took: {', '.join(filter(None, (unplug_of(rows, system) for system in systems)))}", file=out)
    print("Longest outage: " + ", ".join(f"{system.title} {longest(rows, system.key)} ms" for system in systems), file=out)


def unplug_of(rows, system):
    """What the guest took to let the VF go, the drivers' part included: the same for all who do not hold them up."""
    times = {}
    for row in rows:
        if row["system"] == system.key and row["event"] == "unplug":
            times.setdefault(row["nic"], []).extend(row["unplug_ms"])
    return f"{system.title} {' / '.join(f'{median(ms):.0f}' for ms in times.values())} ms" if times else ""


def longest(rows, key):
    """Milliseconds without a packet, in one direction, over all runs."""
    return max(ms for row in rows if row["system"] == key for ms in row["longest_in"] + row["longest_out"])
