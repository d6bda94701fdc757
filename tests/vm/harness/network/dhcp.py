# SPDX-License-Identifier: GPL-2.0-only
"""What answers a guest that asks for its configuration: DHCP and router advertisements, in the peer's namespace.

Every client gets an address of its own, and clients are told apart as RFC 2131 says, by their identifier: a guest that
asks once for each of its NICs, or anew under another identifier, is seen to hold several leases."""
import shutil
from dataclasses import dataclass
from pathlib import Path

from .. import places, process
from .fabric import GUEST, PEER

LAST = GUEST.rsplit(".", 1)[0] + ".9"


@dataclass(frozen=True)
class Lease:
    expires: int
    mac: str
    address: str
    client: str


class Dhcp:
    """`leases()` and `log()` tell who asked and what became of it."""

    def __init__(self, fabric, folder):
        if not shutil.which("dnsmasq"):
            raise places.Missing("there is no dnsmasq to serve the guest: scripts/setup vm installs it")
        self._leases = Path(folder) / "dhcp.leases"
        self._log = Path(folder) / "dhcp.log"
        self._process = fabric.peer.start(
            "dnsmasq", "--conf-file=/dev/null", "--keep-in-foreground", "--port=0", "--user=root", "--pid-file=",
            "--interface=peer0", "--bind-interfaces", "--dhcp-authoritative", "--no-ping", "--dhcp-sequential-ip",
            f"--dhcp-range={GUEST},{LAST},255.255.255.0,1h", f"--dhcp-option=option:router,{PEER}",
            "--enable-ra", "--dhcp-range=fd77::,ra-only,64", f"--dhcp-leasefile={self._leases}",
            f"--log-facility={self._log}")

    def leases(self):
        """Leases that clients hold."""
        if not self._leases.exists():
            return []
        lines = [line.split() for line in self._leases.read_text().splitlines()]
        return [Lease(int(words[0]), words[1], words[2], words[4]) for words in lines if len(words) == 5]

    def requests(self):
        """How often anybody has asked for an address, renewals included."""
        return self.log().count("DHCPREQUEST(")

    def log(self):
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def close(self):
        process.end(self._process)
