# SPDX-License-Identifier: GPL-2.0-only
"""Ratios as bars from 1, where a bar of no length costs what the bare NIC costs."""
from bench.chart import BAR, GAP, GROUP_GAP, MARGIN, page, rectangle, text

WIDEST = 1.6
LEFT, PLOT, RIGHT = 130, 460, 90
COLOURS = {"ebpf": "#1b9e77", "ebpf+xdp": "#66a61e", "macvlan": "#7570b3", "bridge+veth": "#d95f02"}
TITLES = {"udp_tx": "UDP sent", "udp_rx": "UDP received", "tcp_tx": "TCP sent", "tcp_rx": "TCP received"}


def svg(rows, machine, kernel):
    shown = [row for row in rows if row["variant"] != "raw"]
    lowest = min([1.0, *(row["ratio_to_raw"] for row in shown)]) - 0.05
    # One way that is many times dearer must not press the others into a line: its bar ends at the edge.
    highest = min(max([1.2, *(row["ratio_to_raw"] for row in shown)]), WIDEST) + 0.05

    def x(ratio):
        return LEFT + PLOT * (min(ratio, highest) - lowest) / (highest - lowest)

    drawn = [text(MARGIN, 28, "CPU by our master and by other ways", 18, weight="bold"),
             text(MARGIN, 46, "1 is the bare NIC; shorter is better; the black mark is our target", 11, fill="#555"),
             text(MARGIN, 61, f"{machine}, Linux {kernel}", 11, fill="#555")]
    y = 84
    for metric, title in TITLES.items():
        drawn.append(text(MARGIN, y + 10, title, 12, weight="bold"))
        y += 18
        for row in (row for row in shown if row["metric"] == metric):
            left, right = sorted((x(1), x(row["ratio_to_raw"])))
            drawn += [text(LEFT - 8, y + BAR - 3, row["variant"], 11, "end"),
                      rectangle(left, y, max(right - left, 1), BAR, COLOURS[row["variant"]]),
                      text(max(right, x(row.get("target", 1))) + 6, y + BAR - 3, f"{row['ratio_to_raw']:.3f}", 10)]
            if "target" in row:
                drawn.append(rectangle(x(row["target"]) - 1, y - 2, 2, BAR + 4, "#000"))
            y += BAR + GAP
        y += GROUP_GAP
    drawn.append(rectangle(x(1) - 0.5, 80, 1, y - 88, "#999"))
    width = LEFT + PLOT + RIGHT
    return page(width, y, drawn)
