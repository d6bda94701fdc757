# SPDX-License-Identifier: GPL-2.0-only
"""The product in a guest: its package is installed, failoverd runs, its one master is looked at by failoverctl."""
import json
import time

from lab.daemon import Master

from .. import wait
from ..network.fabric import GUEST, GUEST6, STRANGER_MAC

# Seconds from one look at the masters to the next: an emulated guest that starts failoverctl without a break is a busy
# guest, and stories are about idle ones.
BETWEEN_LOOKS = 0.2


class Product:
    """`master` has expect(active=...), goes(origin, target), stays(role), as in the lab of namespaces."""

    argv = ("failoverd",)  # what starts the daemon

    def __init__(self, host):
        self._host = host
        self._guest = host.guest
        self._daemon = None
        self._strangers = []
        self._looked = 0.0
        self.master = Master(self)

    def begin(self):
        """Start the daemon, wait for its master over both NICs, give the master addresses and prove the path."""
        links = self._guest.links()
        visible = sorted(links)
        self._strangers = [name for name, link in links.items() if link.get("address") == STRANGER_MAC]
        if self._host.machine.config:
            self.configure(self._host.machine.config)
        self.start()
        self.await_master()
        self.name = self.masters()[0]["name"]
        assert self.name in visible, f"the master is {self.name}, but users knew {visible}"
        self.sees_only_master()
        self._address()
        self.master.expect(active="primary")
        self._host.await_path("primary")
        return self

    def configure(self, text):
        """What the administrator wrote; for the daemon's next start or `reload`."""
        self._guest.push(text.encode(), "/etc/failover/failover.toml")

    def _address(self):
        self._guest.sh(f"ip addr replace {GUEST}/24 dev {self.name}"
                       f" && ip -6 addr replace {GUEST6}/64 dev {self.name} nodad && ip link set {self.name} up")

    def start(self):
        self._daemon = self._guest.start(*self.argv)

    def await_answer(self):
        """failoverd answers, whatever it knows."""
        wait.until("failoverd to answer", self._answers, 20)

    def _answers(self):
        self.check_alive()
        # Until its socket is there, failoverctl may tell what the kernel knows.
        return self.control("version")["failoverd"] is not None

    def await_master(self):
        """failoverd answers and knows one master with two slaves."""
        wait.until("a master over both NICs", self._formed, 20)

    def _formed(self):
        if not self._answers():
            return False
        masters = self.masters()
        return len(masters) == 1 and len(masters[0]["slaves"]) == 2

    @property
    def runs(self):
        return self._daemon is not None

    def check_alive(self):
        seen = self._daemon.look()
        assert seen.rc is None, f"failoverd ended: {seen!r}"

    def kill(self):
        """As the kernel's out-of-memory killer would."""
        self._daemon.stop(number=9)
        self._daemon = None

    def end(self):
        """As its administrator does: it takes leave."""
        ended = self._daemon.stop()
        self._daemon = None
        assert ended.rc == 0, f"failoverd was asked to end: {ended!r}"

    def release(self):
        """Stop for good: everything of ours leaves the kernel and the NICs are the user's again."""
        if self.runs:
            self.end()
        self._guest.run("failoverd", "--release")

    def control(self, *words):
        return json.loads(self._guest.run("failoverctl", "--json", *words).stdout)

    def masters(self):
        time.sleep(max(0.0, self._looked + BETWEEN_LOOKS - time.monotonic()))
        self._looked = time.monotonic()
        answer = self.control("list")
        return answer["masters"] if isinstance(answer, dict) else answer

    def sees_only_master(self):
        self._guest.sees_only("lo", self.name, *self._strangers)

    def log(self):
        """What the daemon wrote, or why that cannot be told."""
        if not self._daemon:
            return "it does not run"
        try:
            return self._daemon.look().stderr
        except AssertionError as error:
            return str(error)

    def judge(self):
        """What a healthy product looks like after any story."""
        if self._daemon:
            self.check_alive()
        self.sees_only_master()
