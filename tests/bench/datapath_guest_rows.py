# SPDX-License-Identifier: GPL-2.0-only
"""Instructions a packet as rows, and as a table for people."""
from statistics import median

METRICS = ("insn_tx", "insn_rx")
# Of our kernel module. In-tree net_failover is at 1.085 and 1.013 (Linux 6.1).
TARGETS = {"insn_tx": 1.06, "insn_rx": 1.013}
JUDGED, PEER = "kmod", "net_failover"
NOISE = 0.002  # of a count, from boot to boot: less than this is no difference


def rows_of(costs):
    """costs: (variant, metric) -> instructions a packet, one for each boot."""
    for (name, metric), values in costs.items():
        ratio = median(values) / median(costs["raw", metric])
        row = {"variant": name, "metric": metric, "ratio_to_raw": round(ratio, 4), "rounds": len(values),
               "cost": round(median(values), 1), "unit": "insn/packet",
               "spread": round((max(values) - min(values)) / median(values), 5)}
        if name == JUDGED:
            peer = median(costs[PEER, metric]) / median(costs["raw", metric])
            row |= {"target": TARGETS[metric], "verdict": "met" if ratio <= TARGETS[metric] else "missed",
                    "net_failover": round(peer, 4), "no_worse_than_net_failover": ratio <= peer + NOISE}
        yield row


def table(rows):
    found = {(row["variant"], row["metric"]): row for row in rows}
    lines = [f"  {'':16}" + "".join(f"{metric:>26}" for metric in METRICS)]
    for name in dict.fromkeys(row["variant"] for row in rows):
        cells = [found[name, metric] for metric in METRICS]
        lines.append(f"  {name:16}" + "".join(f"{cell['cost']:,.1f} ({cell['ratio_to_raw']:.4f})".rjust(26) for cell in cells))
    judged = [found[JUDGED, metric] for metric in METRICS]
    lines.append(f"    {'target':14}" + "".join(f"<= {row['target']}: {row['verdict']}".rjust(26) for row in judged))
    lines.append(f"    {'net_failover':14}" + "".join(
        ("no worse" if row["no_worse_than_net_failover"] else "worse").rjust(26) for row in judged))
    boots, spread = max(row["rounds"] for row in rows), max(row["spread"] for row in rows)
    lines.append(f"  the median of {boots} boots of each system, which differ by up to {spread:.2%}" if boots > 1 else
                 "  one boot of each system")
    return "\n".join(lines)
