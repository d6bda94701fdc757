# SPDX-License-Identifier: GPL-2.0-only
"""A fabric, a peer and a guest with two NICs, as network namespaces of this machine.

            peer                       fabric                        guest
        +----------+            +-------------------+            +------------+
        | eth0     |------------| port-peer         |            |            |
        | 10.77.0.1|            |       port-standby|------------| eth0       |  same MAC,
        +----------+            | br0   port-primary|------------| eth1       |  one device to its users
                                +-------------------+            | 10.77.0.2  |
                                                                 +------------+
Nothing has a name outside its own namespaces and every process dies with the one that made the lab, so a lab that is
killed, even by SIGKILL, leaves nothing behind and any number of labs run side by side.
"""
from lab.daemon import Daemon, DaemonError
from lab.lab import Lab
from lab.tools import LabError, Tools, wait_for
from lab.traffic import Traffic

__all__ = ["Daemon", "DaemonError", "Lab", "LabError", "Tools", "Traffic", "wait_for"]
