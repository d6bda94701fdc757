# SPDX-License-Identifier: GPL-2.0-only
"""A network namespace without a name: it vanishes with the last process of the harness, also after SIGKILL."""
import os

from .. import process, wait


class Namespace:
    def __init__(self, title):
        self.title = title
        # Its process is a handle for `ip link set ... netns PID` and for people: nsenter -t PID -n.
        self._keeper = process.start(["unshare", "--net", "sleep", "infinity"])
        link = f"/proc/{self.pid}/ns/net"
        own = os.readlink("/proc/self/ns/net")
        wait.until(f"a network namespace for the {title}", lambda: os.readlink(link) != own and self._sleeps())
        self.run("ip", "link", "set", "lo", "up")

    def _sleeps(self):
        with open(f"/proc/{self.pid}/comm", encoding="ascii") as file:
            return file.read().strip() == "sleep"

    @property
    def pid(self):
        return self._keeper.pid

    def enter(self, *argv):
        """The command line that runs argv inside."""
        return ["nsenter", f"--net=/proc/{self.pid}/ns/net", *argv]

    def run(self, *argv, **options):
        return process.run(self.enter(*argv), **options)

    def start(self, *argv, **options):
        return process.start(self.enter(*argv), **options)

    def batch(self, text):
        """Lines for `ip -batch`."""
        return self.run("ip", "-batch", "-", text_in=text)

    def close(self):
        process.end(self._keeper)
