// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/result.hpp"
#include "netlink/address.hpp"
#include "netlink/link.hpp"
#include "netlink/neighbour.hpp"
#include "netlink/route.hpp"
#include "takeover/advertised_route.hpp"
#include "takeover/sysctls.hpp"

#include <string>
#include <vector>

namespace failover::takeover {

/// Everything that was configured on an interface and goes when the interface goes. Routing rules name interfaces by
/// name and outlive them; sockets' own state (multicast memberships, packet sockets) is beyond reach.
struct Snapshot {
	netlink::Link link;
	std::vector<netlink::Address> addresses;
	std::vector<netlink::Route> routes;         ///< all tables, kernel-made ones included
	std::vector<AdvertisedRoute> advertised;    ///< what the kernel learned from router advertisements
	std::vector<netlink::Neighbour> neighbours; ///< static, proxy, and those whose address is known
	std::vector<Sysctl> sysctls;                ///< every writable one
	/// What is on the interface and will not be moved, for the operator's eyes: nexthop objects, a queueing
	/// discipline, devices on top, running packet captures.
	std::vector<std::string> notes;
};

/// Reads the interface's configuration in the calling thread's network namespace. Changes nothing.
[[nodiscard]] Result<Snapshot> capture(int ifindex);

/// What `after` lacks or has otherwise than `before`, each a sentence. Interfaces may have different indices; what
/// changes by itself (lifetimes, neighbours' reachability, kernel-made local routes) does not count.
[[nodiscard]] std::vector<std::string> missing(const Snapshot &before, const Snapshot &after);
/// The same, and the addresses and routes that only `after` has.
[[nodiscard]] std::vector<std::string> differences(const Snapshot &before, const Snapshot &after);

/// Flags with which an address is asked for; the others report its state.
[[nodiscard]] std::uint32_t requestable_flags(const netlink::Address &address);
/// Routes that come and go with addresses, without anybody's doing (table local).
[[nodiscard]] bool is_kernel_local(const netlink::Route &route);
/// The route as it looks on another interface, as a plain route where it belonged to a nexthop object.
[[nodiscard]] netlink::Route on_interface(netlink::Route route, int from, int to);

} // namespace failover::takeover
