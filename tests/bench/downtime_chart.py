# SPDX-License-Identifier: GPL-2.0-only
"""The result as a picture."""
from statistics import median

from . import chart
from .downtime_events import ROUND
from .downtime_systems import SYSTEMS

COLOURS = {"kmod": "#0b5d45", "ebpf": "#1b9e77", "adopt": "#66c2a4", "net_failover": "#d95f02", "bond": "#7570b3",
           "bond-10": "#b5b2d9", "team": "#a6761d"}
TITLES = {"unplug": "VF unplugged", "replug": "VF plugged back", "carrier": "cable cut 1.5 s", "migrate": "guest migrated"}


def bar_of(row):
    series = next(system.title for system in SYSTEMS if system.key == row["system"])
    lost = median(map(sum, zip(row["lost_in"], row["lost_out"])))
    if not all(row["back"]):
        return chart.Bar(series, lost, f"{lost:g}, not back yet", True)
    parts = f"{lost:g}"
    if row["traffic"] == "both" and lost:
        parts += f"  (in {median(row['lost_in']):g}, out {median(row['lost_out']):g})"
    return chart.Bar(series, lost, parts)


def panels(rows):
    found = {(row["kernel"], row["nic"], row["event"], row["traffic"], row["system"]): row for row in rows}
    for kernel, nic in dict.fromkeys((row["kernel"], row["nic"]) for row in rows):
        groups = []
        for event, traffic in ROUND:
            bars = [bar_of(row) for system in SYSTEMS if (row := found.get((kernel, nic, event, traffic, system.key)))]
            words = TITLES[event] + (", rx only" if traffic != "both" else "")
            groups.append(chart.Group(words, tuple(bars)))
        yield chart.Panel(f"{nic} as VF, Linux {kernel}", tuple(groups))


def svg(rows):
    runs = max(len(row["lost_in"]) for row in rows)
    return chart.chart("Packets lost when the fast NIC goes and returns",
                       "1,000 packets a second each way, so one packet is one millisecond; log scale; "
                       f"median of {runs} run{'s' if runs > 1 else ''}; shorter is better",
                       list(panels(rows)), {system.title: COLOURS[system.key] for system in SYSTEMS
                                            if any(row["system"] == system.key for row in rows)})
