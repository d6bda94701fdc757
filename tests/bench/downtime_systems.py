# SPDX-License-Identifier: GPL-2.0-only
"""The ways of failing over that are measured side by side; `packaged`: our package is in the guest. Each says by which NIC
it sends, without sending itself: a ping would repair a fabric that was told nothing."""
from harness.masters.adopted import Adopted
from harness.masters.bonding import Bonding
from harness.masters.intree import InTree
from harness.masters.kmodule import KernelModule
from harness.masters.product import Product
from harness.masters.team import Team as KernelTeam


class Ebpf:
    """vf-failover on a stock kernel."""
    key, title, machine = "ebpf", "ours, ebpf", {}
    packaged = True
    kind = Product

    def __init__(self, host):
        self.product = self.kind(host).begin()

    def active(self):
        return self.product.master.active()

    def log(self):
        return self.product.log()


class Adopt(Ebpf):
    """vf-failover beside the kernel's own net_failover."""
    key, title, machine = "adopt", "ours, adopt", {"failover": True}
    kind = Adopted


class Kmod:
    """vf-failover's kernel module. Which NIC it uses, the fabric tells: that is what was announced."""
    key, title, machine = "kmod", "ours, kmod", {"failover": True, "kmod": True}
    packaged = False

    def __init__(self, host):
        self.active = KernelModule(host).begin().active


class NetFailover:
    """The kernel's own net_failover: sends by the primary while that has a link."""
    key, title, machine = "net_failover", "net_failover", {"failover": True}
    packaged = False

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
    """bonding active-backup, with a helper that enslaves the returned NIC."""
    key, title, machine = "bond", "bonding", {}
    packaged = False
    miimon_ms = 100

    def __init__(self, host):
        self.active = Bonding(host, self.miimon_ms).active


class EagerBond(Bond):
    """The same, looking ten times as often."""
    key, title, miimon_ms = "bond-10", "bonding, miimon 10", 10


class Team:
    """team with teamd's activebackup, with a helper that adds the returned NIC."""
    key, title, machine = "team", "team", {"programs": "team"}
    packaged = False

    def __init__(self, host):
        self.active = KernelTeam(host).active


OURS = (Kmod, Ebpf, Adopt)
SYSTEMS = (*OURS, NetFailover, Bond, EagerBond, Team)
