# SPDX-License-Identifier: GPL-2.0-only
"""The product as a package in a guest with systemd: nobody starts it, it comes up by itself."""
import re

from .. import wait
from .product import Product

HIDDEN = "/run/failoverd/hidden-netns"
BOOT_SECONDS = 150  # to the end of the boot; wait-online gives up after 120


class System:
    """A guest seen through systemd and networkd."""

    def __init__(self, host):
        self._host = host
        self._guest = host.guest

    def await_booted(self):
        """The boot is over, for good or ill: how it went."""
        return self._guest.run("systemctl", "is-system-running", "--wait", check=False,
                               seconds=BOOT_SECONDS).stdout.strip()

    def await_running(self):
        """The boot is over and nothing in it failed."""
        state = self.await_booted()
        assert state == "running", f"the system is {state}:\n{self.failed_units()}{self.networks()}\n{self.last_words()}"

    def failed_units(self):
        return self._guest.sh("systemctl --failed --plain --no-legend --no-pager")

    def last_words(self):
        """Of the units that failed."""
        units = [line.split()[0] for line in self.failed_units().splitlines()]
        return "\n".join(self.journal(f"--unit={unit}") for unit in units)

    def networks(self):
        """networkd's view: {name: (operational state, administrative state)}."""
        listed = self._guest.json("networkctl", "--json=short", "list")["Interfaces"]
        return {link["Name"]: (link["OperationalState"], link["AdministrativeState"]) for link in listed}

    def await_configured(self, name, seconds=40):
        """networkd is content with this device and knows no other."""
        wanted = {"lo": ("carrier", "unmanaged"), name: ("routable", "configured")}
        try:
            wait.until(f"networkd to have configured {name}", lambda: self.networks() == wanted, seconds, 0.5)
        except wait.TooLate as late:
            raise wait.TooLate(f"{late}: {self.networks()}") from None

    def addresses(self, *prefix):
        """{name: [addresses]} of everything but the loopback device; `prefix` enters another namespace."""
        links = self._guest.json(*prefix, "ip", "-json", "addr", "show")
        return {link["ifname"]: [entry["local"] for entry in link["addr_info"]]
                for link in links if link["ifname"] != "lo"}

    def await_address(self, name, address, seconds=30):
        wait.until(f"{address} on {name}", lambda: address in self.addresses().get(name, []), seconds, 0.5)

    def active(self, unit):
        return self._guest.run("systemctl", "is-active", unit, check=False).stdout.strip() == "active"

    def lease(self):
        """The one lease that any client ever got."""
        leases = self._host.dhcp.leases()
        assert len(leases) == 1, f"there are {len(leases)} leases:\n{self._host.dhcp.log()}"
        return leases[0]

    def expect_one_network(self, name):
        """What a guest should look like to its user: one device, one lease, nothing about it twice."""
        self._guest.sees_only("lo", name)
        self.await_configured(name)
        assert self.lease().address in self.addresses()[name]
        assert "duplicate address" not in self._guest.kernel_log()
        assert self.failed_units() == ""

    def journal(self, *words):
        return self._guest.run("journalctl", "--boot", "--no-pager", "--output=short-monotonic", *words).stdout

    def log(self):
        """What concerns the network, or why that cannot be told."""
        try:
            return self.journal("--unit=failoverd", "--unit=systemd-networkd", "--unit=systemd-udevd")
        except AssertionError as error:
            return str(error)


class Installed(Product):
    def __init__(self, host):
        super().__init__(host)
        self.system = System(host)

    def begin(self):
        """A master carries by the primary, and networkd has configured it, without anybody having asked for it."""
        wait.until("failoverd to be started by somebody", lambda: self.system.active("failoverd"), 30, 0.2)
        self.await_master()
        self.name = self.masters()[0]["name"]
        self.master.expect(active="primary")
        self.system.await_configured(self.name)
        self._host.await_path("primary")
        return self

    def start(self):
        self._guest.run("systemctl", "start", "failoverd")

    def check_alive(self):
        assert self.system.active("failoverd"), f"failoverd does not run:\n{self.log()}"

    def kill(self):
        self._guest.run("systemctl", "kill", "--signal=KILL", "failoverd")

    def pid(self):
        shown = self._guest.run("systemctl", "show", "--property=MainPID", "failoverd").stdout
        return int(re.search(r"\d+", shown).group())

    def log(self):
        return self.system.log()

    def judge(self):
        self.check_alive()
        self.system.expect_one_network(self.name)
        hidden = self.system.addresses("nsenter", f"--net={HIDDEN}")
        assert not any(hidden.values()), f"slaves have addresses: {hidden}"
