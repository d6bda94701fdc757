# SPDX-License-Identifier: GPL-2.0-only
"""The guest as a story sees it: commands, links, addresses."""
import json

from .. import wait
from ..evidence.symbols import LISTED, Symbols
from ..network.fabric import GUEST, GUEST6, GUEST_MAC


def links_by_name(listed):
    """Of what `ip -json -details link show` prints."""
    return {link["ifname"]: link for link in json.loads(listed)}


class Guest:
    def __init__(self, qemu):
        self._qemu = qemu
        self.agent = qemu.agent
        self.run = self.agent.run
        self.start = self.agent.start
        self.push = self.agent.push
        self.pull = self.agent.pull
        self.symbols = Symbols()

    def moved_to(self, qemu):
        """Everything that was started goes on."""
        self.agent.trade_places(qemu.agent)
        self._qemu.agent, qemu.agent = qemu.agent, self.agent
        self._qemu = qemu

    def sh(self, script, **options):
        """A line for the shell."""
        return self.run("sh", "-c", script, **options).stdout

    def json(self, *argv, **options):
        return json.loads(self.run(*argv, **options).stdout)

    def links(self):
        """Every network device of the guest's first namespace."""
        return links_by_name(self.run("ip", "-json", "-details", "link", "show").stdout)

    def driver(self, name):
        """The driver of the device's parent; "" where it has none. A net_failover master shows its standby's."""
        return self.sh(f"basename $(readlink /sys/class/net/{name}/device/driver) 2>/dev/null || true").strip()

    def nics(self):
        """The links that carry the guest's MAC, by what they are: "standby", "primary" (as hardware), "master"."""
        found = {}
        for name, link in self.links().items():
            if link.get("address") != GUEST_MAC:
                continue
            found["standby" if self._is_virtio_nic(name) else "primary" if self._is_primary(name) else "master"] = name
        return found

    def _is_virtio_nic(self, name):
        # The master of net_failover borrows the standby's parent; ethtool asks the device itself.
        return self._ethtool_driver(name) == "virtio_net"

    def _is_primary(self, name):
        return self._ethtool_driver(name) == self._qemu.machine.primary

    def _ethtool_driver(self, name):
        words = self.run("ethtool", "-i", name, check=False).stdout.split()
        return words[1] if words[:1] == ["driver:"] else ""

    def sees_only(self, *names):
        """Nothing but these devices is visible."""
        seen = sorted(self.links())
        assert seen == sorted(names), f"the guest sees {seen}, expected {sorted(names)}"

    def carrier(self, name):
        return "LOWER_UP" in self.links().get(name, {}).get("flags", [])

    def await_carrier(self, name, up=True, seconds=15):
        wait.until(f"carrier {'on' if up else 'off'} at {name}", lambda: self.carrier(name) is up, seconds)

    def await_gone(self, name, seconds=15):
        wait.until(f"{name} to disappear", lambda: name not in self.links(), seconds)

    def configure(self, name):
        """The guest's addresses on this device, and carrier awaited."""
        self.sh(f"ip addr add {GUEST}/24 dev {name} && ip -6 addr add {GUEST6}/64 dev {name} nodad"
                f" && ip link set {name} up")
        self.await_carrier(name)

    def hush(self, *names):
        """No IPv6 on these, or on what is yet to come ("default"): a slave that speaks for itself moves the fabric's entry to
        the standby and loses a few packets each time. True of some masters, but not what a story about an event counts."""
        for name in names:
            self.sh(f"echo 1 >/proc/sys/net/ipv6/conf/{name}/disable_ipv6")

    def remember_modules(self):
        """Before some are unloaded, where the kernel looks for what they forgot."""
        if self._qemu.machine.debug:
            self.symbols.remember(self.sh(LISTED, seconds=60))

    def kernel_log(self):
        return self.run("dmesg").stdout

    def alive(self):
        """Raises unless QEMU runs and the agent answers."""
        self._qemu.alive()
        self.agent.ping()
