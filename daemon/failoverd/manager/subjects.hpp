// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "announce/plan.hpp"
#include "master/master.hpp"
#include "netlink/route_socket.hpp"

#include <vector>

namespace failover {

/// All that is reached through a master and must be announced when it switches: its own addresses and those of VLAN,
/// macvlan and bridge devices stacked on it, each with its tags.
[[nodiscard]] std::vector<announce::Subject> subjects_of(const Master &master, netlink::RouteSocket &visible);

} // namespace failover
