# SPDX-License-Identifier: GPL-2.0-only
"""The ways of failing over that are measured side by side. Each says by which NIC it sends, without sending itself: a
ping would repair a fabric that was told nothing."""
from harness.bonding import Bonding
from harness.intree import InTree
from harness.product import Product


class Ours:
    """vf-failover with the eBPF backend."""
    key, title, machine = "ebpf", "vf-failover", {}

    def __init__(self, host):
        self._product = Product(host).begin()

    def active(self):
        return self._product.master.active()

    def log(self):
        return self._product.log()


class NetFailover:
    """The kernel's own net_failover: sends by the primary while that has a link."""
    key, title, machine = "net_failover", "net_failover", {"failover": True}

    def __init__(self, host):
        self._guest = host.guest
        names = InTree(host).names
        self._master, self._standby = names["master"], names["standby"]

    def active(self):
        links = self._guest.links()
        primaries = [link for name, link in links.items()
                     if link.get("master") == self._master and name != self._standby]
        return "primary" if any("LOWER_UP" in link["flags"] for link in primaries) else "standby"


class Bond:
    """bonding active-backup, miimon=100, with a helper that enslaves the returned NIC."""
    key, title, machine = "bond", "bonding", {}

    def __init__(self, host):
        self.active = Bonding(host).active


SYSTEMS = (Ours, NetFailover, Bond)
