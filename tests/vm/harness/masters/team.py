# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's team with libteam's daemon, runner activebackup. Wants Machine(programs="team")."""
import json

from .. import wait
from .aggregate import Aggregate

CONFIG = "/run/team.conf"
PREFERRED = 100


class Team(Aggregate):
    device, modules = "team0", ("team", "team_mode_activebackup")
    # The daemon has forgotten the port's settings together with the port.
    put_back = (f"teamdctl {device} port config update \"$name\" '{{\"prio\": {PREFERRED}}}'"
                f" && teamdctl {device} port add \"$name\"")

    def config(self):
        return {
            "device": self.device,
            # Both NICs have one address already: nothing has to change when the other becomes active.
            "runner": {"name": "activebackup", "hwaddr_policy": "same_all"},
            "link_watch": {"name": "ethtool"},
            "notify_peers": {"count": 1},
            "mcast_rejoin": {"count": 1},
            "ports": {self.standby: {"prio": 0}, self.primary: {"prio": PREFERRED}},
        }

    def form(self):
        guest = self._host.guest
        guest.push(json.dumps(self.config()).encode(), CONFIG)
        # To teamd the faster port is better whatever the prio of the other, and none is as fast as one that does not know its
        # speed, as a virtio-net does.
        guest.sh(f"ethtool -s {self.standby} speed 100 duplex full")
        guest.hush(self.standby, self.primary)  # its ports tell of groups they are members of by themselves
        guest.sh(f"mkdir -p /var/run/teamd && ip link set {self.standby} down && ip link set {self.primary} down")
        self._daemon = guest.start("teamd", "--config-file", CONFIG)
        wait.until("teamd to answer", self._answers, 20, 0.1)
        guest.hush("default")  # not earlier: team0 is to have IPv6

    def _answers(self):
        seen = self._daemon.look()
        assert seen.rc is None, f"teamd ended: {seen!r}"
        return self._host.guest.run("teamdctl", self.device, "state", check=False).rc == 0

    def active_name(self):
        return self._host.guest.run("teamdctl", self.device, "state", "item", "get", "runner.active_port",
                                    check=False).stdout.strip()
