# SPDX-License-Identifier: GPL-2.0-only
"""Takes all links of a group down by one netlink message and prints when, before and after, in ns of CLOCK_BOOTTIME.

Runs as a program in the namespace of the links: `link_group.py GROUP`.
"""
import socket
import struct
import sys
import time

RTM_NEWLINK, NLM_F_REQUEST, NLM_F_ACK, NLMSG_ERROR = 16, 1, 4, 2
IFLA_GROUP, IFF_UP = 27, 1


def take_down(group):
    # ifinfomsg without an index and with IFLA_GROUP means every link of the group (rtnl_group_changelink()).
    body = struct.pack("=BxHiII", 0, 0, 0, 0, IFF_UP) + struct.pack("=HHI", 8, IFLA_GROUP, group)
    header = struct.pack("=IHHII", 16 + len(body), RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK, 1, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as netlink:
        netlink.bind((0, 0))
        before = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        netlink.send(header + body)
        answer = netlink.recv(4096)
        after = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    kind, = struct.unpack_from("=H", answer, 4)
    error, = struct.unpack_from("=i", answer, 16)
    if kind != NLMSG_ERROR or error:
        sys.exit(f"taking group {group} down: error {-error}")
    return before, after


if __name__ == "__main__":
    print(*take_down(int(sys.argv[1])))
