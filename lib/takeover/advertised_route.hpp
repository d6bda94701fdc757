// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/result.hpp"
#include "netlink/route.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace failover::takeover {

/// A route that the kernel itself took from a router advertisement. It finds such a route again by flags that rtnetlink
/// neither shows nor takes; installed without them, the next advertisement collides with it (EEXIST) and
/// ndisc_router_discovery() drops the whole packet, lifetimes of our addresses with it. So the flags come from
/// /proc/net/ipv6_route and go back through SIOCADDRT.
struct AdvertisedRoute {
	netlink::Route route;
	std::uint32_t rtf_flags; ///< RTF_* of the old routing interface
};

/// Moves the routes that the kernel learned from advertisements out of `routes`.
[[nodiscard]] Result<std::vector<AdvertisedRoute>> take_advertised(std::vector<netlink::Route> &routes,
								   const std::string &interface);
/// One that is there already is fine.
[[nodiscard]] Status add_advertised(const AdvertisedRoute &advertised, int ifindex);

/// RTF_* flags of one line of /proc/net/ipv6_route when it describes `route` on `interface`, else 0. Pure.
[[nodiscard]] std::uint32_t rtf_flags_of_line(const std::string &line, const netlink::Route &route,
					      const std::string &interface);

} // namespace failover::takeover
