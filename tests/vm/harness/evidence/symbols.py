# SPDX-License-Identifier: GPL-2.0-only
"""Names for code of modules that are gone: kmemleak shows who allocated something as an address, and finds a name for it
only while that module is loaded."""
import re
from bisect import bisect_right

# What /proc/kallsyms says of a function in a module; the kernel's own keep their names.
FUNCTION = re.compile(r"^([0-9a-f]{16}) [tTwW] (\S+)\t\[(\w+)\]$", re.MULTILINE)
LISTED = r"grep -E ' [tTwW] .*\[' /proc/kallsyms || true"

# A frame without a name, in a backtrace of kmemleak's ("[<...>] " before 6.2).
NAMELESS = re.compile(r"^(\s+(?:\[<[0-9a-f]+>\] )?)0x([0-9a-f]{16})$", re.MULTILINE)

# Behind the last function of a module there is nothing that would end it; no function is longer.
LONGEST = 1 << 16


class Symbols:
    """What was where, at each time that somebody looked."""

    def __init__(self):
        self._looks = []

    def remember(self, listed):
        """What LISTED prints."""
        found = sorted((int(address, 16), name, module) for address, name, module in FUNCTION.findall(listed))
        if found and found not in self._looks:
            self._looks.append(found)

    def _name(self, address):
        """As the kernel would print it; None for what nobody knows, or where one module came to lie where another had been."""
        names = set()
        for look in self._looks:
            before = bisect_right(look, (address, chr(0x10FFFF))) - 1
            if before >= 0 and address - look[before][0] < LONGEST:
                start, name, module = look[before]
                names.add(f"{name}+{address - start:#x} [{module}]")
        return names.pop() if len(names) == 1 else None

    def put_into(self, text):
        """The same text, its frames with their names as far as they are known."""
        return NAMELESS.sub(lambda frame: frame[1] + (self._name(int(frame[2], 16)) or f"0x{frame[2]}"), text)
