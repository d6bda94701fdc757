# SPDX-License-Identifier: GPL-2.0-only
"""bonding active-backup."""
from .aggregate import Aggregate

MIIMON_MS = 100


class Bonding(Aggregate):
    device, modules = "bond0", ("bonding",)
    put_back = f'ip link set "$name" master {device} && ip link set {device} type bond primary "$name"'

    def __init__(self, host, miimon_ms=MIIMON_MS):
        self._miimon_ms = miimon_ms
        super().__init__(host)

    def form(self):
        self._host.guest.sh(
            f"modprobe bonding max_bonds=0 && ip link add {self.device} type bond mode active-backup miimon {self._miimon_ms}"
            f" && for name in {self.standby} {self.primary}; do"
            f" ip link set $name down && ip link set $name master {self.device} || exit; done"
            f" && ip link set {self.device} type bond primary {self.primary}")

    def active_name(self):
        return self._host.guest.sh(f"cat /sys/class/net/{self.device}/bonding/active_slave").strip()
