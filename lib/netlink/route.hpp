// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/result.hpp"
#include "netlink/attribute_reader.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

struct nlmsghdr;

namespace failover::netlink {

/// One nexthop of a multipath route: what tells it from its siblings.
struct RouteHop {
	int oif = 0;
	std::uint8_t weight = 0; ///< 0 = once
	Bytes gateway;

	friend bool operator==(const RouteHop &, const RouteHop &) = default;
};

/// A route as RTM_NEWROUTE describes it: the essentials read, and the attributes as they came, so that the route can
/// be installed again on another interface with everything we do not know (metrics, encapsulation, preference).
struct Route {
	std::uint8_t family = 0;
	std::uint8_t dst_len = 0, src_len = 0;
	std::uint8_t tos = 0;
	std::uint8_t protocol = 0; ///< RTPROT_*
	std::uint8_t scope = 0;    ///< RT_SCOPE_*
	std::uint8_t type = 0;     ///< RTN_*
	std::uint32_t flags = 0;   ///< RTNH_F_*, RTM_F_*
	std::uint32_t table = 0;
	Bytes dst, src; ///< empty = any
	Bytes gateway;  ///< RTA_GATEWAY, or the address in RTA_VIA
	Bytes prefsrc;
	int oif = 0;
	std::uint32_t metric = 0;
	std::uint32_t nexthop_id = 0;           ///< 0 = no nexthop object
	std::optional<std::uint32_t> expires;   ///< seconds left
	std::optional<std::uint8_t> preference; ///< ICMPV6_ROUTER_PREF_*
	std::vector<RouteHop> hops;             ///< RTA_MULTIPATH
	Bytes attributes;                       ///< raw, as received

	[[nodiscard]] bool mentions(int ifindex) const;
};

/// Reads RTM_NEWROUTE or RTM_DELROUTE. Needs `message->nlmsg_len` readable bytes; pure.
[[nodiscard]] Result<Route> parse_route(const nlmsghdr *message);
/// Routes that the kernel keeps apart by the same key: what "already there" means.
[[nodiscard]] bool same_route(const Route &a, const Route &b);
/// "192.0.2.0/24 via 198.51.100.1 table 254 metric 100".
[[nodiscard]] std::string to_string(const Route &route);

/// The attributes with which the route is installed on `to` instead of `from`: top-level and multipath interface
/// rewritten, what the kernel reports but does not take (cache info) left out or turned into what it takes.
[[nodiscard]] Result<Bytes> rewritten_attributes(const Route &route, int from, int to);

} // namespace failover::netlink
