// SPDX-License-Identifier: GPL-2.0-only
// RouteSocket: requests that change addresses, routes, neighbours and forwarding entries.
#include "netlink/route_socket.hpp"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include <sys/socket.h>

namespace failover::netlink {

namespace {

Request address_request(int type, int flags, const Address &address) {
	ifaddrmsg info{};
	info.ifa_family = address.family;
	info.ifa_prefixlen = address.prefix_len;
	info.ifa_scope = address.scope;
	info.ifa_flags = static_cast<std::uint8_t>(address.flags);
	info.ifa_index = static_cast<std::uint32_t>(address.ifindex);
	Request request(type, flags);
	request.header(info);
	request.put(IFA_LOCAL, ByteSpan(address.local));
	request.put(IFA_ADDRESS, ByteSpan(address.peer.empty() ? address.local : address.peer));
	return request;
}

/// Top-level rtm_flags that a request may carry; the rest is state that the kernel reports.
constexpr unsigned kRouteRequestFlags = RTNH_F_ONLINK | RTNH_F_PERVASIVE;

rtmsg route_header(const Route &route) {
	rtmsg info{};
	info.rtm_family = route.family;
	info.rtm_dst_len = route.dst_len;
	info.rtm_src_len = route.src_len;
	info.rtm_tos = route.tos;
	info.rtm_table = static_cast<std::uint8_t>(route.table < 256 ? route.table : RT_TABLE_UNSPEC);
	info.rtm_protocol = route.protocol;
	info.rtm_scope = route.scope;
	info.rtm_type = route.type;
	info.rtm_flags = route.flags & kRouteRequestFlags;
	return info;
}

/// How a route is added so that it neither merges with nor replaces another: IPv4 appends (an exact double is
/// EEXIST); in IPv6, where the siblings of a multipath route outlive one interface, the whole replaces the rest.
int route_flags(const Route &route) {
	if (route.family == AF_INET)
		return NLM_F_CREATE | NLM_F_APPEND;
	return route.hops.empty() ? NLM_F_CREATE : NLM_F_CREATE | NLM_F_REPLACE;
}

Request neighbour_request(int type, int flags, const Neighbour &neighbour) {
	ndmsg info{};
	info.ndm_family = neighbour.family;
	info.ndm_ifindex = neighbour.ifindex;
	info.ndm_state = neighbour.state;
	info.ndm_flags = neighbour.flags;
	info.ndm_type = neighbour.type;
	Request request(type, flags);
	request.header(info);
	if (!neighbour.dst.empty())
		request.put(NDA_DST, ByteSpan(neighbour.dst));
	if (!neighbour.lladdr.empty())
		request.put(NDA_LLADDR, ByteSpan(neighbour.lladdr));
	if (neighbour.vlan_id)
		request.put_u16(NDA_VLAN, *neighbour.vlan_id);
	return request;
}

std::string describe(const Neighbour &neighbour) {
	if (neighbour.dst.empty())
		return fmt::format("forwarding entry on link {}", neighbour.ifindex);
	return fmt::format("neighbour {} on link {}", ip_to_string(neighbour.dst), neighbour.ifindex);
}

/// What names an entry and no more: without a link-layer address, and sent without NLM_F_REPLACE, what else it is
/// stays.
Neighbour bare_entry(const Neighbour &neighbour) {
	Neighbour bare;
	bare.ifindex = neighbour.ifindex;
	bare.family = neighbour.family;
	bare.dst = neighbour.dst;
	return bare;
}

/// NUD_PERMANENT and no NUD_NOARP: drivers refuse an entry of their own filter that is not static
/// (ndo_dflt_fdb_add()).
Neighbour self_entry(int ifindex, const MacAddress &mac) {
	Neighbour entry;
	entry.ifindex = ifindex;
	entry.family = AF_BRIDGE;
	entry.state = NUD_PERMANENT;
	entry.flags = NTF_SELF;
	entry.lladdr.assign(mac.bytes().begin(), mac.bytes().end());
	return entry;
}

} // namespace

Status RouteSocket::add_address(const Address &address) {
	Request request = address_request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, address);
	request.put_u32(IFA_FLAGS, address.flags);
	if (!address.broadcast.empty())
		request.put(IFA_BROADCAST, ByteSpan(address.broadcast));
	if (!address.label.empty())
		request.put(IFA_LABEL, address.label);
	if (address.proto != 0)
		request.put_u8(IFA_PROTO, address.proto);
	if (address.rt_priority != 0)
		request.put_u32(IFA_RT_PRIORITY, address.rt_priority);
	ifa_cacheinfo lifetimes{};
	lifetimes.ifa_valid = address.valid_lifetime;
	lifetimes.ifa_prefered = address.preferred_lifetime;
	request.put_value(IFA_CACHEINFO, lifetimes);
	return channel_.transact(request,
				 fmt::format("adding address {} to link {}", to_string(address), address.ifindex));
}

Status RouteSocket::delete_address(const Address &address) {
	Request request = address_request(RTM_DELADDR, 0, address);
	return channel_.transact(request,
				 fmt::format("removing address {} from link {}", to_string(address), address.ifindex));
}

Status RouteSocket::add_route(const Route &route, int from, int to) {
	auto attributes = rewritten_attributes(route, from, to);
	if (!attributes)
		return tl::unexpected(std::move(attributes.error()));
	Request request(RTM_NEWROUTE, route_flags(route));
	request.header(route_header(route)).append_attributes(*attributes);
	return channel_.transact(request, fmt::format("adding {}", to_string(route)));
}

Status RouteSocket::delete_route(const Route &route) {
	auto attributes = rewritten_attributes(route, route.oif, route.oif);
	if (!attributes)
		return tl::unexpected(std::move(attributes.error()));
	Request request(RTM_DELROUTE, 0);
	request.header(route_header(route)).append_attributes(*attributes);
	return channel_.transact(request, fmt::format("removing {}", to_string(route)));
}

Status RouteSocket::add_neighbour(const Neighbour &neighbour) {
	Request request = neighbour_request(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, neighbour);
	if (neighbour.protocol != 0)
		request.put_u8(NDA_PROTOCOL, neighbour.protocol);
	if (neighbour.ext_flags)
		request.put_u32(NDA_FLAGS_EXT, *neighbour.ext_flags);
	return channel_.transact(request, fmt::format("adding {}", describe(neighbour)));
}

Status RouteSocket::delete_neighbour(const Neighbour &neighbour) {
	Request request = neighbour_request(RTM_DELNEIGH, 0, neighbour);
	return channel_.transact(request, fmt::format("removing {}", describe(neighbour)));
}

Status RouteSocket::probe_neighbour(const Neighbour &neighbour) {
	Neighbour change = bare_entry(neighbour);
	change.state = NUD_PROBE;
	Request request = neighbour_request(RTM_NEWNEIGH, 0, change);
	return channel_.transact(request, fmt::format("asking {}", describe(neighbour)));
}

Status RouteSocket::use_neighbour(const Neighbour &neighbour) {
	Neighbour change = bare_entry(neighbour);
	change.flags = NTF_USE;
	Request request = neighbour_request(RTM_NEWNEIGH, NLM_F_CREATE, change);
	return channel_.transact(request, fmt::format("looking for {}", describe(neighbour)));
}

Bytes RouteSocket::gateway(int family, int ifindex) {
	// Nobody's addresses (RFC 5737, RFC 3849): they go where all goes that has no route of its own.
	const Bytes nobody =
	    family == AF_INET ? Bytes{192, 0, 2, 1} : Bytes{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
	rtmsg info{};
	info.rtm_family = static_cast<unsigned char>(family);
	info.rtm_dst_len = static_cast<unsigned char>(nobody.size() * 8);
	Request request(RTM_GETROUTE, 0);
	request.header(info).put(RTA_DST, ByteSpan(nobody));
	request.put_u32(RTA_OIF, static_cast<std::uint32_t>(ifindex));
	Bytes found;
	// No route is an error to the kernel.
	(void)channel_.transact(request, "looking for a gateway", [&](const nlmsghdr *message) -> Status {
		auto route = parse_route(message);
		if (!route)
			return tl::unexpected(std::move(route.error()));
		if (route->oif == ifindex)
			found = std::move(route->gateway);
		return {};
	});
	return found;
}

Status RouteSocket::add_fdb_self(int ifindex, const MacAddress &mac) {
	Request request = neighbour_request(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_APPEND, self_entry(ifindex, mac));
	return channel_.transact(request, fmt::format("adding {} to the filter of link {}", mac.to_string(), ifindex));
}

Status RouteSocket::delete_fdb_self(int ifindex, const MacAddress &mac) {
	Request request = neighbour_request(RTM_DELNEIGH, 0, self_entry(ifindex, mac));
	return channel_.transact(request,
				 fmt::format("removing {} from the filter of link {}", mac.to_string(), ifindex));
}

} // namespace failover::netlink
