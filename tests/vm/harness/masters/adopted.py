# SPDX-License-Identifier: GPL-2.0-only
"""The product beside the kernel's own net_failover, which has formed already and stays."""
from .. import wait
from ..network.fabric import GUEST
from .installed import Installed
from .intree import InTree
from .product import Product


class Helped:
    """What both have in common."""

    def await_primary(self):
        """It is back in net_failover, and carries."""
        def taken_up():
            return len([slave for slave in self.masters()[0]["slaves"] if slave["health"] != "gone"]) == 2

        wait.until("the primary to be taken up", taken_up, 20)
        self.master.goes("standby", "primary", seconds=20)

    def check_backend(self):
        found = self.masters()[0]
        assert (found["name"], found["backend"]) == (self.name, "adopt"), found


class AdoptedByDebian(Helped, Installed):
    """The same in a whole Debian, where nobody starts it."""

    def begin(self):
        wait.until("failoverd to be started by somebody", lambda: self.system.active("failoverd"), 30, 0.2)
        self.await_master()
        self.name = self.masters()[0]["name"]
        self.check_backend()
        self.master.expect(active="primary")
        self.system.await_address(self.name, GUEST)
        self._host.await_path("primary")
        return self


class Adopted(Helped, Product):
    def begin(self):
        """net_failover as its users have it, then the daemon."""
        self.intree = InTree(self._host)
        self.name = self.intree.master
        self.start()
        self.await_master()
        self.check_backend()
        self.master.expect(active="primary")
        self._host.await_path("primary")
        return self

    def sees_only_master(self):
        """Its three devices are still what users see."""
        links = self._guest.links()
        assert self.name in links and self.intree.names["standby"] in links, sorted(links)

    def programs(self):
        """Of ours, at any device of the first namespace."""
        shown = self._guest.run("tc", "filter", "show", "dev", self.intree.names["standby"], "ingress").stdout
        shown += self._guest.run("tc", "filter", "show", "dev", self.name, "egress").stdout
        return "fom_adopt" in shown or bool(self._guest.sh("ls /sys/fs/bpf/failover 2>/dev/null || true").split())
