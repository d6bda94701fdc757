# SPDX-License-Identifier: GPL-2.0-only
"""bonding active-backup over the two NICs of one MAC, as an administrator of today would set it up."""
from . import wait

BOND = "bond0"
MIIMON_MS = 100

# A bond forgets a NIC that is pulled; this puts it back when it returns, as a hotplug script would.
HELPER = f"""#!/bin/bash
ip -o monitor link | while read -r line; do
	for device in /sys/class/net/*/device/driver; do
		name=${{device#/sys/class/net/}} name=${{name%%/*}}
		[[ -e /sys/class/net/$name/master || $(readlink "$device") != */"$1" ]] && continue
		ip link set "$name" down
		ip link set "$name" master {BOND} && ip link set {BOND} type bond primary "$name"
	done
done
"""


class Bonding:
    def __init__(self, host, miimon_ms=MIIMON_MS):
        self._host = host
        guest = host.guest
        names = wait.until("both NICs", lambda: len(found := guest.nics()) == 2 and found, 15)
        self.standby, self.primary = names["standby"], names["primary"]
        guest.sh(f"modprobe bonding max_bonds=0 && ip link add {BOND} type bond mode active-backup miimon {miimon_ms}"
                 f" && for name in {self.standby} {self.primary}; do"
                 f" ip link set $name down && ip link set $name master {BOND} || exit; done"
                 f" && ip link set {BOND} type bond primary {self.primary}")
        guest.push(HELPER.encode(), "/run/put-back", 0o755)
        self._helper = guest.start("/run/put-back", host.qemu.driver)
        guest.configure(BOND)
        wait.until("the bond to use its primary", lambda: self.active() == "primary", 20, 0.2)
        host.await_path("primary")

    def active(self):
        """Role of the active slave, None without one."""
        name = self._host.guest.sh(f"cat /sys/class/net/{BOND}/bonding/active_slave").strip()
        return {self.standby: "standby", self.primary: "primary"}.get(name)
