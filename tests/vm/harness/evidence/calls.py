# SPDX-License-Identifier: GPL-2.0-only
"""When functions of the guest's kernel were called, by its function tracer (Documentation/trace/ftrace.rst)."""
import re
from dataclasses import dataclass

TRACING = "/sys/kernel/tracing"
CALL = re.compile(r" (\d+\.\d+): (\w+)(?:\.\w+)* (?:\[\w+\] )?<-(\w+)")


@dataclass(frozen=True)
class Call:
    seconds: float  # by the clock of the trace, which no other clock goes by
    function: str
    caller: str


class Calls:
    """Written down from now on. A kernel that checks itself has no tracer: there nothing ever is."""

    def __init__(self, host, *functions):
        self._guest = None if host.machine.debug else host.guest
        if self._guest:
            self._guest.sh(f"""set -e
                test -e {TRACING}/trace || mount -t tracefs tracefs {TRACING}
                echo nop >{TRACING}/current_tracer
                printf '%s\\n' {" ".join(functions)} >{TRACING}/set_ftrace_filter
                echo function >{TRACING}/current_tracer
            """)

    def take(self):
        """[Call], in order: all since the last time."""
        if not self._guest:
            return []
        trace = self._guest.sh(f"cat {TRACING}/trace && echo >{TRACING}/trace")
        return sorted((Call(float(when), function, caller) for when, function, caller in CALL.findall(trace)),
                      key=lambda call: call.seconds)
