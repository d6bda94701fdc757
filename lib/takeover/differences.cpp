// SPDX-License-Identifier: GPL-2.0-only
// What two snapshots do not have in common.
#include "takeover/snapshot.hpp"

#include <linux/if_addr.h>
#include <linux/neighbour.h>

#include <algorithm>
#include <net/if.h>
#include <set>
#include <sys/socket.h>

namespace failover::takeover {

namespace {

using netlink::Address;
using netlink::Link;
using netlink::Neighbour;
using netlink::Route;

using Sentences = std::vector<std::string>;

bool same_address(const Address &a, const Address &b) {
	// In IPv4 the order of addresses decides which is the source of new connections.
	const auto secondary = [](const Address &address) {
		return address.family == AF_INET && address.flags & IFA_F_SECONDARY;
	};
	return a.family == b.family && a.local == b.local && a.peer == b.peer && a.prefix_len == b.prefix_len &&
	       a.broadcast == b.broadcast && a.scope == b.scope && a.label == b.label &&
	       a.rt_priority == b.rt_priority && a.proto == b.proto && secondary(a) == secondary(b) &&
	       requestable_flags(a) == requestable_flags(b) &&
	       (a.valid_lifetime == Address::kForever) == (b.valid_lifetime == Address::kForever);
}

bool same_neighbour(const Neighbour &a, const Neighbour &b) {
	return a.family == b.family && a.dst == b.dst && a.lladdr == b.lladdr && a.flags == b.flags &&
	       a.protocol == b.protocol && (a.state & NUD_PERMANENT) == (b.state & NUD_PERMANENT);
}

template <typename T> void compare(Sentences &out, const std::string &what, const T &before, const T &after) {
	if (before != after)
		out.push_back(fmt::format("{} was {}, is {}", what, before, after));
}

void compare_links(Sentences &out, const Link &before, const Link &after) {
	compare(out, "name", before.name, after.name);
	compare(out, "MTU", before.mtu, after.mtu);
	compare(out, "transmit queue length", before.txqlen, after.txqlen);
	compare(out, "group", before.group, after.group);
	compare(out, "alias", before.alias, after.alias);
	for (const unsigned flag : {IFF_UP, IFF_NOARP, IFF_PROMISC, IFF_ALLMULTI})
		compare(out, fmt::format("flag {:#x}", flag), (before.flags & flag) != 0, (after.flags & flag) != 0);
	compare(out, "IPv6 address generation", before.addr_gen_mode.value_or(0), after.addr_gen_mode.value_or(0));
	for (const auto &name : before.altnames)
		if (std::ranges::find(after.altnames, name) == after.altnames.end())
			out.push_back(fmt::format("alternative name {} is missing", name));
}

bool has_route(const Snapshot &snapshot, const Route &route) {
	return std::ranges::any_of(snapshot.routes,
				   [&route](const Route &other) { return netlink::same_route(route, other); });
}

void missing_routes(Sentences &out, const Snapshot &before, const Snapshot &after) {
	for (const Route &route : before.routes)
		if (!is_kernel_local(route) &&
		    !has_route(after, on_interface(route, before.link.ifindex, after.link.ifindex)))
			out.push_back(fmt::format("{} is missing", netlink::to_string(route)));
	for (const AdvertisedRoute &old : before.advertised)
		if (std::ranges::none_of(after.advertised, [&old](const AdvertisedRoute &other) {
			    return other.route.dst == old.route.dst && other.route.gateway == old.route.gateway &&
				   other.route.metric == old.route.metric;
		    }))
			out.push_back(fmt::format("advertised {} is missing", netlink::to_string(old.route)));
}

void missing_neighbours(Sentences &out, const Snapshot &before, const Snapshot &after) {
	for (const Neighbour &entry : before.neighbours)
		if ((entry.state & NUD_PERMANENT || entry.is_proxy()) &&
		    std::ranges::none_of(after.neighbours,
					 [&entry](const Neighbour &other) { return same_neighbour(entry, other); }))
			out.push_back(fmt::format("neighbour {} is missing", netlink::ip_to_string(entry.dst)));
}

void missing_addresses(Sentences &out, const Snapshot &before, const Snapshot &after) {
	for (const Address &address : before.addresses)
		if (std::ranges::none_of(after.addresses,
					 [&address](const Address &other) { return same_address(address, other); }))
			out.push_back(fmt::format("address {} is missing", netlink::to_string(address)));
}

void compare_sysctls(Sentences &out, const Snapshot &before, const Snapshot &after) {
	for (const Sysctl &setting : before.sysctls) {
		const auto now = std::ranges::find(after.sysctls, setting.path, &Sysctl::path);
		if (now == after.sysctls.end())
			out.push_back(fmt::format("{} is missing", setting.path));
		else
			compare(out, setting.path, setting.value, now->value);
	}
}

} // namespace

std::vector<std::string> missing(const Snapshot &before, const Snapshot &after) {
	Sentences out;
	compare_links(out, before.link, after.link);
	missing_addresses(out, before, after);
	missing_routes(out, before, after);
	missing_neighbours(out, before, after);
	compare_sysctls(out, before, after);
	return out;
}

std::vector<std::string> differences(const Snapshot &before, const Snapshot &after) {
	Sentences out = missing(before, after);
	for (const Address &address : after.addresses)
		if (std::ranges::none_of(before.addresses,
					 [&address](const Address &other) { return same_address(address, other); }))
			out.push_back(fmt::format("address {} was not there", netlink::to_string(address)));
	for (const Route &route : after.routes)
		if (!is_kernel_local(route) && std::ranges::none_of(before.routes, [&](const Route &old) {
			    return netlink::same_route(on_interface(old, before.link.ifindex, after.link.ifindex),
						       route);
		    }))
			out.push_back(fmt::format("{} was not there", netlink::to_string(route)));
	return out;
}

} // namespace failover::takeover
