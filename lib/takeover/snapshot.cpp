// SPDX-License-Identifier: GPL-2.0-only
#include "takeover/snapshot.hpp"

#include "netlink/route_socket.hpp"

#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <sys/socket.h>

namespace failover::takeover {

namespace {

using netlink::Address;
using netlink::Link;
using netlink::Neighbour;
using netlink::Route;
using netlink::RouteSocket;

/// Entries whose link-layer address is known, without those that the kernel makes itself (NUD_NOARP: multicast).
constexpr std::uint16_t kKnown = NUD_PERMANENT | NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE;

Result<std::vector<Neighbour>> known_neighbours(RouteSocket &socket, int ifindex) {
	auto all = socket.neighbours(ifindex);
	if (!all)
		return all;
	std::erase_if(*all, [](const Neighbour &entry) { return !entry.is_proxy() && !(entry.state & kKnown); });
	for (auto &entry : *all)
		if (entry.state & (NUD_DELAY | NUD_PROBE))
			entry.state = NUD_STALE; // a question was under way; ask again when needed
	return all;
}

std::string default_qdisc() {
	std::ifstream file("/proc/sys/net/core/default_qdisc");
	std::string name;
	file >> name;
	return name;
}

void note_qdisc(Snapshot &snapshot) {
	const std::array<std::string, 5> made_by_kernel = {"noqueue", "noop", "mq", "pfifo_fast", default_qdisc()};
	const std::string &qdisc = snapshot.link.qdisc;
	if (!qdisc.empty() && std::ranges::find(made_by_kernel, qdisc) == made_by_kernel.end())
		snapshot.notes.push_back(fmt::format("queueing discipline {} stays behind", qdisc));
}

void note_uppers(Snapshot &snapshot, const std::vector<Link> &links) {
	for (const Link &upper : links)
		if (upper.lower == snapshot.link.ifindex && !upper.link_netnsid && upper.kind != "veth" &&
		    upper.kind != "netkit")
			snapshot.notes.push_back(
			    fmt::format("{} {} on top of {} goes with it", upper.kind, upper.name, snapshot.link.name));
	if (snapshot.link.master > 0)
		snapshot.notes.push_back(
		    fmt::format("{} leaves its master, link {}", snapshot.link.name, snapshot.link.master));
}

void note_the_rest(Snapshot &snapshot) {
	const Link &link = snapshot.link;
	const unsigned own = link.flags & IFF_PROMISC ? 1 : 0;
	if (link.promiscuity > own)
		snapshot.notes.push_back(
		    fmt::format("{} packet captures or bridges keep {} promiscuous and must start again",
				link.promiscuity - own, link.name));
	for (const Route &route : snapshot.routes)
		if (route.nexthop_id != 0)
			snapshot.notes.push_back(
			    fmt::format("{} belongs to nexthop object {} and becomes a plain route",
					netlink::to_string(route), route.nexthop_id));
	for (const Address &address : snapshot.addresses)
		if (address.family == AF_INET6 && address.flags & IFA_F_DADFAILED)
			snapshot.notes.push_back(
			    fmt::format("address {} is a duplicate of another host's and stays behind",
					netlink::to_string(address)));
}

/// The link itself and the list of all, from which what is on top of it is seen.
Result<std::vector<Link>> capture_link(RouteSocket &socket, int ifindex, Snapshot &snapshot) {
	auto links = socket.links();
	if (!links)
		return links;
	const auto found = std::ranges::find(*links, ifindex, &Link::ifindex);
	if (found == links->end())
		return fail_errno(ENODEV, fmt::format("link {} in this network namespace", ifindex));
	snapshot.link = *found;
	return links;
}

} // namespace

Result<Snapshot> capture(int ifindex) {
	auto socket = RouteSocket::open();
	if (!socket)
		return tl::unexpected(std::move(socket.error()));
	Snapshot snapshot;
	auto links = capture_link(*socket, ifindex, snapshot);
	if (!links)
		return tl::unexpected(std::move(links.error()));
	auto addresses = socket->addresses(ifindex);
	if (!addresses)
		return tl::unexpected(std::move(addresses.error()));
	auto routes = socket->routes();
	if (!routes)
		return tl::unexpected(std::move(routes.error()));
	std::erase_if(*routes, [ifindex](const Route &route) { return !route.mentions(ifindex); });
	auto advertised = take_advertised(*routes, snapshot.link.name);
	if (!advertised)
		return tl::unexpected(std::move(advertised.error()));
	auto neighbours = known_neighbours(*socket, ifindex);
	if (!neighbours)
		return tl::unexpected(std::move(neighbours.error()));

	snapshot.addresses = std::move(*addresses);
	snapshot.routes = std::move(*routes);
	snapshot.advertised = std::move(*advertised);
	snapshot.neighbours = std::move(*neighbours);
	snapshot.sysctls = read_sysctls(snapshot.link.name);
	note_qdisc(snapshot);
	note_uppers(snapshot, *links);
	note_the_rest(snapshot);
	return snapshot;
}

std::uint32_t requestable_flags(const Address &address) {
	std::uint32_t mask = IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN;
	if (address.family == AF_INET6)
		mask |= IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR;
	return address.flags & mask;
}

bool is_kernel_local(const Route &route) {
	return route.table == RT_TABLE_LOCAL && route.protocol == RTPROT_KERNEL;
}

Route on_interface(Route route, int from, int to) {
	if (route.oif == from)
		route.oif = to;
	for (auto &hop : route.hops)
		if (hop.oif == from)
			hop.oif = to;
	if (route.oif != 0 || !route.hops.empty())
		route.nexthop_id = 0;
	return route;
}

} // namespace failover::takeover
