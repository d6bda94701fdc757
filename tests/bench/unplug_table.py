# SPDX-License-Identifier: GPL-2.0-only
"""The result on a terminal: a line a system and state of its daemon."""
from statistics import median, quantiles

from .downtime_systems import NetFailover

PEER = NetFailover
LONGER = 20  # ms that a guest with ours may take more than one without
TITLES = {"unplug": "hot-unplug", "migrate": "migration"}


def spread(values):
    """The middle, and between what the middle half lies."""
    if len(values) < 2:
        return f"{values[0]:7.1f} ms"
    low, _, high = quantiles(values, n=4, method="inclusive")
    return f"{median(values):7.1f} ms  ({low:.0f} to {high:.0f})".ljust(27)


def missed(row):
    return row["system"] != PEER.key and row["longer_ms"] > LONGER


def verdict(row):
    if row["system"] == PEER.key:
        return ""
    return f"{row['longer_ms']:+6.1f}  target <= {LONGER}  {'missed' if missed(row) else 'met'}"


def beside(row):
    """What is told and not judged."""
    if row["event"] != "migrate":
        return f"  reported after {median(row['reported_ms']):4.0f}"
    return (f"  went on after {median(row['waited_ms']):4.0f}, stopped for {median(row['stopped_ms']):3.0f}, "
            f"all in {median(row['total_ms']):6.0f}")


def who(row):
    return row["title"] + (f", failoverd {row['failoverd']}" if row["failoverd"] else "")


def table(rows, out):
    print("\nFrom the hypervisor's wish until the guest has let the NIC go: median, and between what the middle half lies",
          file=out)
    for kernel, nic, event in dict.fromkeys((row["kernel"], row["nic"], row["event"]) for row in rows):
        print(f"\n{TITLES[event]}, {nic}, kernel {kernel}", file=out)
        for row in rows:
            if (row["kernel"], row["nic"], row["event"]) == (kernel, nic, event):
                print(f"  {who(row):<34}{spread(row['unplug_ms'])}{verdict(row):<30}{beside(row)}".rstrip(), file=out)
    swapped = [row for row in rows if row.get("left_kib")]
    if swapped:
        print(f"\nSwapped out, as far as it lets itself be: of the {median(sum((row['had_kib'] for row in swapped), [])):.0f} "
              f"KiB that failoverd had, {max(max(row['left_kib']) for row in swapped)} at most were still in memory", file=out)
