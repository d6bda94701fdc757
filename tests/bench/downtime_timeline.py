# SPDX-License-Identifier: GPL-2.0-only
"""What was lost when, as a picture: an event a row, a system a line in it; what the guest receives above what it sends."""
from . import chart, downtime_icons as icons
from .chart import MARGIN, rectangle, text
from .downtime_axis import TimeAxis, named, window
from .downtime_chart import TITLES
from .downtime_systems import OURS, SYSTEMS

WIDTH, NAMES, NUMBERS, BETWEEN = 910, 142, 46, 18
PLOT = (WIDTH - 2 * MARGIN - NAMES - 2 * NUMBERS - BETWEEN) / 2
LANE, SYSTEM_GAP, HEAD, FOOT = 11, 8, 34, 22
SECTION_HEAD = 58
FLOWS, FLOWS_INK, LOST, AWAY = "#7cc6a4", "#2f8f68", "#d7263d", "#e9ecf1"
OURS_INK, PEER_INK, GRID, QUIET = "#0b5d45", "#333", "#d9dde3", "#7a8290"
COLUMNS = (("both", "sends and receives"), ("receive-only", "only receives"))


class Run:
    """The worst run of one row."""

    def __init__(self, row):
        lost = [sum(pair) for pair in zip(row["lost_in"], row["lost_out"])]
        worst = lost.index(max(lost))
        self.both = row["traffic"] == "both"
        self.back = row["back"][worst]
        self.lanes = [(row["lost_in"][worst], row["holes_in"][worst])]
        if self.both:
            self.lanes.append((row["lost_out"][worst], row["holes_out"][worst]))
        self.moments = row["moments"][worst]
        self.ended_ms = row["ended_ms"][worst]

    def edges(self):
        return [ms for _, ms in self.moments] + [ms for _, holes in self.lanes for hole in holes for ms in hole]

    def away(self):
        """(from, until) in ms, None where it begins before or ends after what is shown."""
        found, since = [], None
        for what, ms in self.moments:
            if what == "away":
                since = ms
            elif what == "back":
                found.append((since, ms))
                since = None
        return found + ([(since, None)] if since is not None else [])

    def stopped(self):
        return [ms for what, ms in self.moments if what == "stopped"]


def draw_lane(axis, y, run, lost, holes, open_end):
    """Packets that arrive are a line, those that do not a block on it."""
    middle = y + LANE / 2
    end = axis.x(run.ended_ms)
    drawn = [rectangle(axis.left, middle - 1.5, end - axis.left, 3, FLOWS)]
    if end < axis.right and not open_end:  # nobody looked any more
        drawn.append(f"<path d='M{end + 3:.1f} {middle:.1f} H{axis.right:.1f}' stroke='{FLOWS}' stroke-width='3' "
                     "stroke-dasharray='1.5 4.5'/>")
    for block in axis.blocks(holes):
        left, right = max(block.left, axis.left), min(block.left + block.width, axis.right)
        drawn.append(f"<rect x='{left:.1f}' y='{middle - 4.5:.1f}' width='{right - left:.1f}' height='9' rx='1' fill='{LOST}' "
                     f"fill-opacity='{0.4 + 0.6 * block.share:.2f}'/>")
    x = axis.right + 6
    if open_end:
        drawn += [rectangle(end - 1, middle - 4.5, axis.right - end + 1, 9, LOST),
                  f"<path d='M{axis.right:.1f} {middle - 6.5:.1f} l8 6.5 l-8 6.5 z' fill='{LOST}'/>"]
        x += 7
    drawn.append(text(x, middle + 3.5, f"{lost:,}", 10, weight="bold" if lost else "normal", fill=LOST if lost else FLOWS_INK))
    return drawn


def draw_away(axis, y, run):
    for since, until in run.away():
        left = axis.left if since is None else axis.x(since)
        right = axis.right if until is None else axis.x(until)
        yield rectangle(left, y - 2, right - left, 2 * LANE + 4, AWAY)


def draw_run(axis, y, run):
    drawn = []
    for number, (lost, holes) in enumerate(run.lanes):
        at_end = holes and holes[-1][1] >= run.ended_ms - 50
        drawn += draw_lane(axis, y + number * LANE, run, lost, holes, bool(at_end and not run.back))
    return drawn + [icons.pause(axis.x(ms), y + 2 * LANE + SYSTEM_GAP / 2) for ms in run.stopped()]


def draw_event(event, found, systems, top):
    """`found`: (traffic, system) -> Run, of this event."""
    runs = list(found.values())
    first, last = window([edge for run in runs for edge in run.edges()])
    below = top + HEAD + len(systems) * (2 * LANE + SYSTEM_GAP)
    drawn = [icons.of_event(event, MARGIN, top), text(MARGIN + 34, top + 15, TITLES[event], 13, weight="bold")]
    for number, system in enumerate(systems):
        y = top + HEAD + number * (2 * LANE + SYSTEM_GAP)
        drawn.append(text(MARGIN + NAMES - 26, y + LANE + 4, system.title, 11, "end", "bold" if system in OURS else "normal",
                          OURS_INK if system in OURS else PEER_INK))
        drawn += [text(MARGIN + NAMES - 5, y + LANE / 2 + 3, "in", 8, "end", fill=QUIET),
                  text(MARGIN + NAMES - 5, y + LANE * 1.5 + 3, "out", 8, "end", fill=QUIET)]
    for column, (traffic, _) in enumerate(COLUMNS):
        axis = TimeAxis(left_of(column), PLOT, first, last)
        away, marks, lanes = [], [], []
        for tick in axis.ticks():
            marks += [rectangle(axis.x(tick) - 0.5, top + HEAD - 5, 1, below - top - HEAD, GRID),
                      text(axis.x(tick), below + 8, named(tick), 9, "middle", fill=QUIET)]
        for number, system in enumerate(systems):
            if run := found.get((traffic, system.key)):
                y = top + HEAD + number * (2 * LANE + SYSTEM_GAP)
                away += draw_away(axis, y, run)
                lanes += draw_run(axis, y, run)
        if lanes:
            drawn += away + marks + lanes + [icons.instant(axis.x(0), top + HEAD - 10, below - 4)]
    return drawn, below + FOOT


def left_of(column):
    return MARGIN + NAMES + column * (PLOT + NUMBERS + BETWEEN)


def draw_section(title, found, systems, top):
    """`found`: (event, traffic, system) -> Run, of one kernel and NIC."""
    drawn = [rectangle(MARGIN, top, WIDTH - 2 * MARGIN, 1, "#c9ced6"), text(MARGIN, top + 24, title, 14, weight="bold")]
    for column, (traffic, words) in enumerate(COLUMNS):
        drawn += [icons.traffic(traffic, left_of(column), top + 34),
                  text(left_of(column) + 46, top + 45, f"the guest {words}", 11, fill=QUIET)]
    y = top + SECTION_HEAD
    for event in dict.fromkeys(event for event, _, _ in found):
        part = {(traffic, system): run for (this, traffic, system), run in found.items() if this == event}
        more, y = draw_event(event, part, systems, y)
        drawn += more
    return drawn, y + 6


def legend(top):
    parts = ((26, rectangle(0, -6, 26, 3, FLOWS), "packets arrive"),
             (26, rectangle(0, -6, 26, 3, FLOWS) + rectangle(5, -9, 16, 9, LOST), "are lost, so many"),
             (10, f"<path d='M0 -11 l8 6.5 l-8 6.5 z' fill='{LOST}'/>", "do not come back"),
             (26, rectangle(0, -12, 26, 15, AWAY), "the fast NIC is away"),
             (8, icons.pause(4, -5), "the guest stands still"))
    drawn, x = [], MARGIN
    for width, sample, words in parts:
        drawn += [f"<g transform='translate({x} {top})'>{sample}</g>", text(x + width + 7, top, words, 11)]
        x += width + 34 + round(6.2 * len(words))
    return drawn


def svg(rows):
    systems = [system for system in SYSTEMS if any(row["system"] == system.key for row in rows)]
    runs = max(len(row["lost_in"]) for row in rows)
    drawn = [text(MARGIN, 30, "What is lost when the fast NIC goes and returns", 18, weight="bold"),
             text(MARGIN, 49, "1,000 packets a second each way" + (f"; of {runs} runs the worst" if runs > 1 else ""), 11,
                  fill=QUIET),
             *legend(74)]
    top = 94
    for kernel, nic in dict.fromkeys((row["kernel"], row["nic"]) for row in rows):
        found = {(row["event"], row["traffic"], row["system"]): Run(row) for row in rows
                 if (row["kernel"], row["nic"]) == (kernel, nic)}
        more, top = draw_section(f"{nic} as VF, Linux {kernel}", found, systems, top)
        drawn += more
    return chart.page(WIDTH, top, drawn)
