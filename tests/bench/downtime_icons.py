# SPDX-License-Identifier: GPL-2.0-only
"""Small drawings that say what happens without words."""
INK, PALE, CUT = "#3c4454", "#c9ced6", "#d7263d"


def _strokes(path, colour=INK, width=1.6):
    return f"<path d='{path}' fill='none' stroke='{colour}' stroke-width='{width}' stroke-linecap='round' stroke-linejoin='round'/>"


def _box(x, y, width, height, colour, round_by):
    return f"<rect x='{x}' y='{y}' width='{width}' height='{height}' rx='{round_by}' fill='{colour}'/>"


def _at(x, y, *parts):
    return f"<g transform='translate({x:.1f} {y:.1f})'>{''.join(parts)}</g>"


def _card(y):
    """A NIC: a board with contacts."""
    contacts = " ".join(f"M{x} {y + 7} v2" for x in (5, 8, 11, 14))
    return _box(2, y, 15, 7, INK, 1.2) + f"<path d='{contacts}' stroke='{INK}' stroke-width='1.5'/>"


SLOT = _strokes("M0 15 v4 h19 v-4", PALE, 2)
EVENTS = {
    "unplug": (SLOT, _card(3), _strokes("M24 14 v-11 M20.8 6.2 L24 3 L27.2 6.2")),
    "replug": (SLOT, _card(7), _strokes("M24 3 v11 M20.8 10.8 L24 14 L27.2 10.8")),
    "carrier": (_strokes("M0 11 h9 M18 11 h9", INK, 2.6), _strokes("M10.5 8 l6 6 M16.5 8 l-6 6", CUT, 2)),
    "migrate": (_box(0, 3, 9, 15, PALE, 1.5), _box(19, 3, 9, 15, INK, 1.5),
                _strokes("M7 10.5 h9 M13.2 7.7 L16 10.5 L13.2 13.3")),
}


def of_event(event, x, y):
    return _at(x, y, *EVENTS[event])


def traffic(kind, x, y):
    """The guest is the box."""
    box = _box(26, 0, 12, 14, INK, 2)
    into = _strokes("M2 4 h19 M18 1 L21 4 L18 7") if kind == "both" else _strokes("M2 7 h19 M18 4 L21 7 L18 10")
    return _at(x, y, box, into, _strokes("M21 11 h-19 M5 8 L2 11 L5 14") if kind == "both" else "")


def instant(x, top, bottom):
    """When the event was."""
    return (f"<path d='M{x - 4.5:.1f} {top:.1f} h9 l-4.5 6.5 z' fill='{INK}'/>"
            f"<path d='M{x:.1f} {top:.1f} V{bottom:.1f}' stroke='{INK}' stroke-width='1.2'/>")


def pause(x, middle):
    return f"<path d='M{x - 2:.1f} {middle - 3:.1f} v6 M{x + 2:.1f} {middle - 3:.1f} v6' stroke='{INK}' stroke-width='2'/>"
