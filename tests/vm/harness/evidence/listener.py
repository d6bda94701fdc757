# SPDX-License-Identifier: GPL-2.0-only
"""A program in the guest that hears what the kernel tells of network devices; tests/tools/listener says what it writes."""
import json

from .. import wait

PROGRAM = "/usr/bin/failover-listener"
PATH = "/run/heard"


class Listener:
    def __init__(self, guest):
        self._guest = guest
        self._process = guest.start(PROGRAM, PATH)
        wait.until("the listener to listen", self._ready)

    def _ready(self):
        seen = self._process.look()
        assert seen.rc is None, f"the listener ended: {seen!r}"
        return "ready" in self._guest.sh(f"cat {PATH} 2>/dev/null || true")

    def stop(self):
        """Everything that was told until now."""
        result = self._process.stop()
        assert result.rc == 0, repr(result)
        heard = [json.loads(line) for line in self._guest.pull(PATH).decode().splitlines()]
        assert not [record for record in heard if record["action"] == "lost"], "the listener could not keep up"
        return Heard(heard)


class Heard:
    """`devices`: what was told of network devices by uevents, `links`: by rtnetlink, `pci`: of PCI devices."""

    def __init__(self, records):
        self.devices = [record for record in records if record["source"] == "uevent"]
        self.links = [record for record in records if record["source"] == "rtnetlink"]
        self.pci = [record for record in records if record["source"] == "pci"]

    def names(self):
        """Of every network device that was ever told of."""
        return {record["name"] for record in self.devices + self.links}

    def of_device(self, *actions):
        """(action, name) of uevents about devices themselves, not their queues: these actions, oldest first."""
        return [(record["action"], record["name"]) for record in self.devices
                if record["subsystem"] == "net" and record["action"] in actions]
