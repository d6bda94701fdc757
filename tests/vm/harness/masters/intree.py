# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's own net_failover: what we are measured against."""
from .. import wait


class InTree:
    """Three devices of one MAC; the master is the one to use."""

    def __init__(self, host):
        self._host = host
        guest = host.guest
        wait.until("net_failover to form", lambda: set(guest.nics()) == {"master", "standby", "primary"}, 15)
        self.names = guest.nics()
        guest.hush("default", self.names["standby"], self.primary)  # on 6.1 they solicit routers by themselves
        guest.configure(self.master)
        # The master opened its slaves; the primary carries as soon as its link is up.
        for name in self.names.values():
            guest.await_carrier(name)
        host.await_path("primary")

    @property
    def master(self):
        return self.names["master"]

    @property
    def primary(self):
        return self.names["primary"]

    def await_primary(self):
        """The primary is back in the master and the fabric has seen it."""
        wait.until("the primary to come back", lambda: "primary" in self._host.guest.nics(), 15)
        self.names = self._host.guest.nics()
        self._host.guest.await_carrier(self.primary)
        self._host.await_path("primary")
