# SPDX-License-Identifier: GPL-2.0-only
"""Each figure as a part of what it may be."""
from bench.chart import BAR, MARGIN, page, rectangle, text

LEFT, PLOT, RIGHT = 400, 240, 150
GOOD, BAD = "#1b9e77", "#d95f02"


def svg(result, words, units):
    drawn = [text(MARGIN, 28, "What failoverd takes from a guest", 18, weight="bold"),
             text(MARGIN, 46, f"the black mark is the target; {result['machine']}, Linux {result['kernel']}", 11,
                  fill="#555")]
    y = 66
    for key, target in result["targets"].items():
        # The scale is linear and the same for all: half the plot is the target.
        share = min(1.0, result[key] / target / 2) if target else (1.0 if result[key] else 0.0)
        drawn += [text(LEFT - 8, y + BAR - 3, words[key], 11, "end"),
                  rectangle(LEFT, y, max(PLOT * share, 2), BAR, GOOD if result["verdicts"][key] == "met" else BAD),
                  rectangle(LEFT + (PLOT / 2 if target else 0) - 1, y - 2, 2, BAR + 4, "#000"),
                  text(LEFT + PLOT + 8, y + BAR - 3, f"{result[key]:g} {units[key]} of {target:g}", 11)]
        y += BAR + 12
    width = LEFT + PLOT + RIGHT
    return page(width, y, drawn)
