# SPDX-License-Identifier: GPL-2.0-only
"""A bar chart on a log scale as SVG, drawn without a library: panels of groups of bars, each with its number."""
from dataclasses import dataclass
from html import escape
from math import ceil, log10

BAR, GAP, GROUP_GAP, PANEL_GAP = 13, 3, 12, 34
LABELS, PLOT, NUMBERS, MARGIN = 150, 420, 150, 20
FONT = "font-family='sans-serif'"


@dataclass(frozen=True)
class Bar:
    series: str
    value: float
    text: str            # the number as people should read it
    open_end: bool = False  # the true value is larger


@dataclass(frozen=True)
class Group:
    title: str
    bars: tuple


@dataclass(frozen=True)
class Panel:
    title: str
    groups: tuple


class LogScale:
    """0 is at the left edge, then 1, 10, 100, ...: log10(1 + value)."""

    def __init__(self, most):
        self.decades = max(1, ceil(log10(1 + most)))

    def x(self, value):
        return LABELS + MARGIN + PLOT * min(1.0, log10(1 + value) / self.decades)

    def ticks(self):
        return [0] + [10 ** power for power in range(self.decades + 1)]


def text(x, y, words, size=11, anchor="start", weight="normal", fill="#222"):
    return (f"<text x='{x:.1f}' y='{y:.1f}' font-size='{size}' text-anchor='{anchor}' font-weight='{weight}' "
            f"fill='{fill}' {FONT}>{escape(words)}</text>")


def rectangle(x, y, width, height, fill):
    return f"<rect x='{x:.1f}' y='{y:.1f}' width='{width:.1f}' height='{height:.1f}' fill='{fill}'/>"


def page(width, height, drawn):
    return (f"<svg xmlns='http://www.w3.org/2000/svg' width='{width:.0f}' height='{height:.0f}' "
            f"viewBox='0 0 {width:.0f} {height:.0f}'><rect width='100%' height='100%' fill='white'/>{''.join(drawn)}</svg>\n")


def legend(colours, y):
    drawn, x = [], MARGIN
    for name, colour in colours.items():
        drawn += [rectangle(x, y - 10, 12, 12, colour), text(x + 17, y, name, 12)]
        x += 40 + 7.5 * len(name)
    return drawn


def height_of(panel):
    return 38 + sum(len(group.bars) * (BAR + GAP) + GROUP_GAP for group in panel.groups)


def draw_panel(panel, scale, colours, top):
    drawn = [text(MARGIN, top + 8, panel.title, 13, weight="bold")]
    bottom = top + height_of(panel) - 6
    for tick in scale.ticks():
        drawn.append(f"<line x1='{scale.x(tick):.1f}' x2='{scale.x(tick):.1f}' y1='{top + 28}' y2='{bottom}' "
                     f"stroke='#ddd'/>")
        drawn.append(text(scale.x(tick), top + 25, f"{tick:,}", 9, "middle", fill="#777"))
    y = top + 38
    for group in panel.groups:
        middle = y + len(group.bars) * (BAR + GAP) / 2 + 2
        drawn.append(text(LABELS + MARGIN - 8, middle, group.title, 11, "end"))
        for bar in group.bars:
            end = scale.x(bar.value)
            # Nothing lost is worth seeing too: a sliver at 0.
            drawn.append(rectangle(scale.x(0), y, max(end - scale.x(0), 2), BAR, colours[bar.series]))
            if bar.open_end:
                drawn.append(f"<path d='M{end:.1f},{y} l8,{BAR / 2} l-8,{BAR / 2} z' fill='{colours[bar.series]}'/>")
            drawn.append(text(end + (12 if bar.open_end else 5), y + BAR - 3, bar.text, 10))
            y += BAR + GAP
        y += GROUP_GAP
    return drawn


def chart(title, subtitle, panels, colours):
    """`colours`: series -> colour, in the order of the legend."""
    most = max((bar.value for panel in panels for group in panel.groups for bar in group.bars), default=1)
    scale = LogScale(most)
    drawn = [text(MARGIN, 28, title, 18, weight="bold"), text(MARGIN, 47, subtitle, 11, fill="#555"),
             *legend(colours, 70)]
    top = 92
    for panel in panels:
        drawn += draw_panel(panel, scale, colours, top)
        top += height_of(panel) + PANEL_GAP
    width = LABELS + PLOT + NUMBERS + 2 * MARGIN
    return page(width, top, drawn)
