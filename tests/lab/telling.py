# SPDX-License-Identifier: GPL-2.0-only
"""How quickstart speaks to a person."""
import time

WIDTH = 40  # of an event's sentence


class Telling:
    def __init__(self, out, pps):
        self._out = out
        self._pps = pps
        self._start = time.monotonic()
        colours = {"bold": 1, "faint": 2, "red": 31, "green": 32, "yellow": 33, "cyan": 36}
        self._codes = {name: f"\033[{code}m" if out.isatty() else "" for name, code in colours.items()}
        self._plain = "\033[0m" if out.isatty() else ""

    def clock(self):
        """Seconds since the traffic began."""
        return time.monotonic() - self._start

    def say(self, text):
        self._print(f"  {text}")

    def begin(self):
        self._start = time.monotonic()
        self._print()
        self._print(self._paint("bold", f"{self._pps:,} packets/s each way and a TCP stream, while things go wrong"))
        self._print(self._paint("faint", f"     time  {'what happens':{WIDTH}} {'then carries':<14} {'lost in/out':>11}"
                                         f"  longest silence in/out"))

    def event(self, record, sentence, bound):
        lost = (record["lost_in"], record["lost_out"])
        allowed = bound or 0
        colour = "green" if max(lost) == 0 else "yellow" if max(lost) <= allowed else "red"
        paths = {record["carries_in"], record["carries_out"]}
        path = paths.pop() or "nothing" if len(paths) == 1 else f"{record['carries_in']}/{record['carries_out']}"
        path_colour = "red" if path != record["expected"] else "cyan" if path == "primary" else "yellow"
        counts = f"{lost[0]:,} / {lost[1]:,}"
        self._print(f"  {record['at_s']:5.1f} s  {sentence:{WIDTH}} {self._paint(path_colour, f'{path:<14}')} "
                    f"{self._paint(colour, f'{counts:>11}')}  "
                    f"{self._paint('faint', self._silence(record))}")
        switch = record["switch"]
        if switch and record["event"] in ("carrier-loss", "carrier-back", "unplug", "return", "pull-while-dead"):
            self._print(self._paint("faint", f"{'':11}↳ {describe_switch(switch)}"))

    def _silence(self, record):
        return f"{record['gap_in_ms']:7.1f} / {record['gap_out_ms']:.1f} ms"

    def end(self, result, listing, faults):
        self._print()
        self._print(self._paint("bold", "What the guest's users see (ip -brief link)"))
        for line in listing.splitlines():
            self.say(line.rstrip())
        self._print()
        self._print(self._paint("bold", "Result"))
        lost_in = sum(record["lost_in"] for record in result["events"] + result["other_events"])
        lost_out = sum(record["lost_out"] for record in result["events"] + result["other_events"])
        self._row("UDP to the guest", f"{result['sent_in']:,} sent, {lost_in:,} lost")
        self._row("UDP from the guest", f"{result['sent_out']:,} sent, {lost_out:,} lost")
        self._row("TCP", f"{result['tcp_bytes'] / 2**20:,.0f} MiB checked, {result['tcp_wrong_bytes']} bytes wrong, "
                         f"{result['tcp_resets']} resets, longest stall {result['tcp_longest_stall_ms']:.0f} ms")
        self._row("Machine", f"{result['machine']}, Linux {result['kernel']}")
        self._print()
        if not faults:
            self._print(self._paint("green", "  Everything held: one device, one MAC, and nobody had to notice."))
        for fault in faults:
            self._print(self._paint("red", f"  ✗ {fault}"))

    def broken(self, error):
        self._print(self._paint("red", f"  ✗ {error}"))

    def _row(self, name, value):
        self.say(f"{name:20}{value}")

    def _paint(self, colour, text):
        return f"{self._codes[colour]}{text}{self._plain}"

    def _print(self, text=""):
        print(text, file=self._out, flush=True)


def describe_switch(switch):
    """One line from failoverctl's record of a switch."""
    taken = switch["duration_us"]
    duration = f"{taken} µs" if taken < 1000 else f"{taken / 1000:.1f} ms"
    return (f"{switch['from'] or 'nothing'} → {switch['to'] or 'nothing'}: {switch['cause']}, "
            f"by the {switch['by']} in {duration}")
