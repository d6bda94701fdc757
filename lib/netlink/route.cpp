// SPDX-License-Identifier: GPL-2.0-only
#include "netlink/route.hpp"

#include "netlink/address.hpp"

#include <linux/rtnetlink.h>

#include <algorithm>
#include <cstring>
#include <sys/socket.h>
#include <tuple>

namespace failover::netlink {

namespace {

/// rta_expires is in clock ticks of userspace, USER_HZ, 100 on every architecture.
constexpr int kUserHz = 100;

/// Calls `visit(hop, offset of the hop, its attributes)` for each nexthop of an RTA_MULTIPATH payload.
template <typename F> Status for_each_hop(ByteSpan payload, F &&visit) {
	std::size_t at = 0;
	while (at < payload.size()) {
		const std::size_t left = payload.size() - at;
		rtnexthop hop{};
		if (left >= sizeof(hop))
			std::memcpy(&hop, payload.data() + at, sizeof(hop));
		if (left < sizeof(hop) || hop.rtnh_len < sizeof(hop) || hop.rtnh_len > left)
			return fail(fmt::format("route message: nexthop at byte {} claims {} bytes, expected {} to {}",
						at, hop.rtnh_len, sizeof(hop), left));
		visit(hop, at, payload.subspan(at + sizeof(hop), hop.rtnh_len - sizeof(hop)));
		at += RTNH_ALIGN(hop.rtnh_len);
	}
	return {};
}

/// RTA_GATEWAY, or the address behind the two bytes of family in RTA_VIA (an IPv6 gateway of an IPv4 route).
Bytes read_gateway(AttributeReader &attributes) {
	Bytes gateway;
	attributes.read(RTA_GATEWAY, gateway);
	const ByteSpan via = attributes.payload(RTA_VIA);
	if (gateway.empty() && via.size() > sizeof(std::uint16_t))
		gateway.assign(via.begin() + sizeof(std::uint16_t), via.end());
	return gateway;
}

Status read_hops(const AttributeReader &attributes, Route &route) {
	Status nested;
	auto ok =
	    for_each_hop(attributes.payload(RTA_MULTIPATH), [&](const rtnexthop &hop, std::size_t, ByteSpan rest) {
		    AttributeReader inner(rest, "route message, nexthop");
		    if (auto fine = inner.status(); !fine && nested)
			    nested = fine;
		    route.hops.push_back({hop.rtnh_ifindex, hop.rtnh_hops, read_gateway(inner)});
	    });
	return ok ? nested : ok;
}

void read_lifetime(AttributeReader &attributes, Route &route) {
	if (!attributes.has(RTA_CACHEINFO))
		return;
	rta_cacheinfo info{};
	attributes.read_struct(RTA_CACHEINFO, info);
	if (info.rta_expires > 0)
		route.expires = static_cast<std::uint32_t>(info.rta_expires / kUserHz);
}

} // namespace

bool Route::mentions(int ifindex) const {
	return oif == ifindex ||
	       std::ranges::any_of(hops, [ifindex](const RouteHop &hop) { return hop.oif == ifindex; });
}

Result<Route> parse_route(const nlmsghdr *message) {
	rtmsg info{};
	if (auto ok = check_message(message, {RTM_NEWROUTE, RTM_DELROUTE}, sizeof(info), "route"); !ok)
		return tl::unexpected(std::move(ok.error()));
	std::memcpy(&info, NLMSG_DATA(message), sizeof(info));

	AttributeReader attributes(message, sizeof(info), "route message");
	Route route;
	route.family = info.rtm_family;
	route.dst_len = info.rtm_dst_len;
	route.src_len = info.rtm_src_len;
	route.tos = info.rtm_tos;
	route.protocol = info.rtm_protocol;
	route.scope = info.rtm_scope;
	route.type = info.rtm_type;
	route.flags = info.rtm_flags;
	route.table = info.rtm_table; // eight bits; RTA_TABLE has all
	attributes.read(RTA_TABLE, route.table);
	attributes.read(RTA_DST, route.dst);
	attributes.read(RTA_SRC, route.src);
	route.gateway = read_gateway(attributes);
	attributes.read(RTA_PREFSRC, route.prefsrc);
	attributes.read(RTA_OIF, route.oif);
	attributes.read(RTA_PRIORITY, route.metric);
	attributes.read(RTA_NH_ID, route.nexthop_id);
	attributes.read(RTA_PREF, route.preference);
	read_lifetime(attributes, route);
	for (const Status &ok : {attributes.status(), read_hops(attributes, route)})
		if (!ok)
			return tl::unexpected(ok.error());

	const auto *bytes = reinterpret_cast<const std::uint8_t *>(message);
	const std::size_t start = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(info));
	if (message->nlmsg_len > start)
		route.attributes.assign(bytes + start, bytes + message->nlmsg_len);
	return route;
}

bool same_route(const Route &a, const Route &b) {
	const auto key = [](const Route &route) {
		return std::tie(route.family, route.table, route.dst_len, route.dst, route.src_len, route.src,
				route.tos, route.type, route.protocol, route.scope, route.metric, route.gateway,
				route.prefsrc, route.oif, route.hops, route.nexthop_id);
	};
	return key(a) == key(b);
}

std::string to_string(const Route &route) {
	std::string text = route.dst_len == 0 && route.dst.empty()
			       ? "default"
			       : fmt::format("{}/{}", ip_to_string(route.dst), route.dst_len);
	if (route.src_len > 0)
		text += fmt::format(" from {}/{}", ip_to_string(route.src), route.src_len);
	if (!route.gateway.empty())
		text += fmt::format(" via {}", ip_to_string(route.gateway));
	if (!route.hops.empty())
		text += fmt::format(" over {} nexthops", route.hops.size());
	text += fmt::format(" table {}", route.table);
	if (route.metric > 0)
		text += fmt::format(" metric {}", route.metric);
	return fmt::format("{} route {}", route.family == AF_INET6 ? "IPv6" : "IPv4", text);
}

namespace {

/// RTA_MULTIPATH for the new interface. The kernel refuses the state bits it reports itself (DEAD, LINKDOWN).
Result<Bytes> rewritten_hops(ByteSpan payload, int from, int to) {
	Bytes bytes(payload.begin(), payload.end());
	auto ok = for_each_hop(payload, [&](rtnexthop hop, std::size_t at, ByteSpan) {
		if (hop.rtnh_ifindex == from)
			hop.rtnh_ifindex = to;
		hop.rtnh_flags &= RTNH_F_ONLINK | RTNH_F_PERVASIVE;
		std::memcpy(bytes.data() + at, &hop, sizeof(hop));
	});
	if (!ok)
		return tl::unexpected(std::move(ok.error()));
	return bytes;
}

void append_attribute(Bytes &out, int type, ByteSpan payload) {
	nlattr head{};
	head.nla_type = static_cast<std::uint16_t>(type);
	head.nla_len = static_cast<std::uint16_t>(NLA_HDRLEN + payload.size());
	const auto *start = reinterpret_cast<const std::uint8_t *>(&head);
	out.insert(out.end(), start, start + sizeof(head));
	out.insert(out.end(), payload.begin(), payload.end());
	out.resize(NLA_ALIGN(out.size()));
}

void append_attribute(Bytes &out, int type, std::uint32_t value) {
	append_attribute(out, type, ByteSpan(reinterpret_cast<const std::uint8_t *>(&value), sizeof(value)));
}

} // namespace

Result<Bytes> rewritten_attributes(const Route &route, int from, int to) {
	Bytes out;
	const AttributeReader attributes(route.attributes, "route attributes");
	if (auto ok = attributes.status(); !ok)
		return tl::unexpected(std::move(ok.error()));
	// A route of a nexthop object also reports what the object says; the kernel takes one or the other.
	const bool plain = !route.oif && route.hops.empty();
	for (const auto &[type, payload] : attributes.all()) {
		if (payload.data() != attributes.payload(type).data())
			continue; // repeated: the last one counts, as it did in reading and does in the kernel
		switch (type) {
		case RTA_CACHEINFO:
			break; // reported, never taken
		case RTA_NH_ID:
			if (plain)
				append_attribute(out, type, payload);
			break;
		case RTA_OIF:
			append_attribute(out, type, static_cast<std::uint32_t>(route.oif == from ? to : route.oif));
			break;
		case RTA_MULTIPATH: {
			auto hops = rewritten_hops(payload, from, to);
			if (!hops)
				return hops;
			append_attribute(out, type, *hops);
			break;
		}
		default:
			append_attribute(out, type, payload);
		}
	}
	if (route.expires && route.family == AF_INET6)
		append_attribute(out, RTA_EXPIRES, *route.expires);
	return out;
}

} // namespace failover::netlink
