// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "announce/frame.hpp"
#include "netlink/link.hpp"

#include <vector>

namespace failover {

/// One device on top of a master (or the master itself), and the tags its frames carry through the master.
struct Level {
	const netlink::Link *link;
	announce::VlanStack tags;
};

/// The link with this ifindex and everything above it, nearest first: VLAN, macvlan and ipvlan devices, and a bridge or
/// bond it is a port of. Empty when the link is not among `links`, into which the result points.
[[nodiscard]] std::vector<Level> stack_on(int ifindex, const std::vector<netlink::Link> &links);

} // namespace failover
