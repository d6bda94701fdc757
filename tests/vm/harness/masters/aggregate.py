# SPDX-License-Identifier: GPL-2.0-only
"""The two NICs of one MAC under a master that the kernel has had for long, as an administrator of today would set it up."""
from .. import wait

# Such a master forgets a NIC that is pulled; this puts it back when it returns, as a hotplug script would: $1 is its driver.
HELPER = """#!/bin/bash
ip -o monitor link | while read -r line; do
	for device in /sys/class/net/*/device/driver; do
		name=${{device#/sys/class/net/}} name=${{name%%/*}}
		[[ -e /sys/class/net/$name/master || $(readlink "$device") != */"$1" ]] && continue
		ip link set "$name" down
		{put_back}
	done
done
"""


class Absent(Exception):
    """This guest's kernel has no such master."""


class Aggregate:
    """`device` is what users see, `modules` what makes it, `put_back` a line of shell that takes the NIC $name into it."""
    device, modules, put_back = "", (), ""

    def __init__(self, host):
        self._host = host
        guest = host.guest
        names = wait.until("both NICs", lambda: len(found := guest.nics()) == 2 and found, 15)
        self.standby, self.primary = names["standby"], names["primary"]
        self._probe()
        self.form()
        guest.push(HELPER.format(put_back=self.put_back).encode(), "/run/put-back", 0o755)
        self._helper = guest.start("/run/put-back", host.qemu.driver)
        guest.configure(self.device)
        wait.until(f"{self.device} to use its primary", lambda: self.active() == "primary", 20, 0.2)
        host.await_path("primary")

    def _probe(self):
        guest = self._host.guest
        for module in self.modules:
            if guest.run("modprobe", "--dry-run", module, check=False).rc != 0:
                raise Absent(f"probed: kernel {guest.run('uname', '-r').stdout.strip()} has no module {module}")

    def form(self):
        """Make the master over both NICs, the primary preferred."""
        raise NotImplementedError

    def active_name(self):
        """The NIC that it uses, "" without one."""
        raise NotImplementedError

    def active(self):
        """Role of the NIC that it uses, None without one."""
        return {self.standby: "standby", self.primary: "primary"}.get(self.active_name())
