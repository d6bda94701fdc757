// SPDX-License-Identifier: GPL-2.0-only
#include "netlink/route.hpp"

#include "lab.hpp"
#include "netlink/address.hpp"

#include <linux/rtnetlink.h>

using namespace failover;
using namespace failover::netlink;
using namespace failover::test;

namespace {

/// struct rtnexthop and an RTA_GATEWAY, as RTA_MULTIPATH carries them.
void append_hop(Bytes &out, int ifindex, std::uint8_t flags, const char *gateway) {
	const Bytes address = ip_from_string(gateway);
	rtnexthop hop{};
	hop.rtnh_len = static_cast<std::uint16_t>(sizeof(hop) + NLA_HDRLEN + address.size());
	hop.rtnh_ifindex = ifindex;
	hop.rtnh_flags = flags;
	hop.rtnh_hops = 1;
	const nlattr head{static_cast<std::uint16_t>(NLA_HDRLEN + address.size()), RTA_GATEWAY};
	const auto *a = reinterpret_cast<const std::uint8_t *>(&hop);
	const auto *b = reinterpret_cast<const std::uint8_t *>(&head);
	out.insert(out.end(), a, a + sizeof(hop));
	out.insert(out.end(), b, b + sizeof(head));
	out.insert(out.end(), address.begin(), address.end());
}

Request route_message(std::uint8_t family = AF_INET) {
	rtmsg info{};
	info.rtm_family = family;
	info.rtm_table = RT_TABLE_MAIN;
	info.rtm_protocol = RTPROT_STATIC;
	info.rtm_type = RTN_UNICAST;
	Request request(RTM_NEWROUTE, 0);
	request.header(info);
	return request;
}

Route parsed(Request &request) {
	return must(parse_route(request.message()));
}

/// The route as the kernel would get it for another interface.
Route rewritten(const Route &route, int from, int to) {
	Request request = route_message(route.family);
	const Bytes attributes = must(rewritten_attributes(route, from, to));
	request.append_attributes(attributes);
	return parsed(request);
}

} // namespace

TEST_CASE("A route's essentials are read") {
	Request request = route_message();
	request.put(RTA_DST, ByteSpan(ip_from_string("192.0.2.0")))
	    .put(RTA_GATEWAY, ByteSpan(ip_from_string("10.0.0.1")));
	request.put(RTA_PREFSRC, ByteSpan(ip_from_string("10.0.0.2"))).put_u32(RTA_OIF, 4);
	request.put_u32(RTA_PRIORITY, 100).put_u32(RTA_TABLE, 1000);
	const Route route = parsed(request);
	CHECK(route.table == 1000); // the attribute wins over the header's eight bits
	CHECK(ip_to_string(route.gateway) == "10.0.0.1");
	CHECK(ip_to_string(route.prefsrc) == "10.0.0.2");
	CHECK(route.oif == 4);
	CHECK(route.metric == 100);
	CHECK(route.mentions(4));
	CHECK_FALSE(route.mentions(5));
	CHECK(to_string(route) == "IPv4 route 192.0.2.0/0 via 10.0.0.1 table 1000 metric 100");
}

TEST_CASE("Only the interface changes when a route is rewritten, unknown attributes stay as they were") {
	Request request = route_message();
	const Bytes metrics = {8, 0, RTAX_MTU, 0, 0x78, 5, 0, 0};
	request.put_u32(RTA_OIF, 4).put(RTA_METRICS, ByteSpan(metrics)).put_u32(RTA_FLOW, 9);
	const Route moved = rewritten(parsed(request), 4, 44);
	CHECK(moved.oif == 44);
	const AttributeReader attributes(moved.attributes, "moved");
	const ByteSpan kept = attributes.payload(RTA_METRICS);
	CHECK(Bytes(kept.begin(), kept.end()) == metrics);
	CHECK(attributes.has(RTA_FLOW));
}

TEST_CASE("In a multipath route only our nexthop moves, and state that the kernel refuses is dropped") {
	Bytes hops;
	append_hop(hops, 4, RTNH_F_LINKDOWN | RTNH_F_ONLINK, "10.0.0.1");
	append_hop(hops, 5, RTNH_F_DEAD, "10.1.0.1");
	Request request = route_message();
	request.put(RTA_MULTIPATH, ByteSpan(hops));
	const Route route = parsed(request);
	REQUIRE(route.hops.size() == 2);
	CHECK(route.mentions(4));
	CHECK(route.mentions(5));

	const Route moved = rewritten(route, 4, 44);
	REQUIRE(moved.hops.size() == 2);
	CHECK(moved.hops[0].oif == 44);
	CHECK(ip_to_string(moved.hops[0].gateway) == "10.0.0.1");
	CHECK(moved.hops[1] == route.hops[1]);

	Bytes expected;
	append_hop(expected, 44, RTNH_F_ONLINK, "10.0.0.1");
	append_hop(expected, 5, 0, "10.1.0.1");
	const AttributeReader attributes(moved.attributes, "moved");
	const ByteSpan payload = attributes.payload(RTA_MULTIPATH);
	CHECK(Bytes(payload.begin(), payload.end()) == expected);
}

TEST_CASE("A reported lifetime comes back as the lifetime the kernel takes") {
	rta_cacheinfo info{};
	info.rta_expires = 123400; // hundredths of a second
	Request request = route_message(AF_INET6);
	request.put_u32(RTA_OIF, 4).put_value(RTA_CACHEINFO, info);
	const Route route = parsed(request);
	CHECK(route.expires == 1234);
	const Bytes again = must(rewritten_attributes(route, 4, 4));
	AttributeReader attributes(again, "rewritten");
	std::uint32_t seconds = 0;
	attributes.read(RTA_EXPIRES, seconds);
	CHECK(seconds == 1234);
	CHECK_FALSE(attributes.has(RTA_CACHEINFO));
}

TEST_CASE("A route of a nexthop object is installed by what the object said, or by the object when it said nothing") {
	Request with = route_message();
	with.put_u32(RTA_NH_ID, 7).put_u32(RTA_OIF, 4);
	CHECK(rewritten(parsed(with), 4, 44).nexthop_id == 0);
	Request without = route_message();
	without.put_u32(RTA_NH_ID, 7);
	CHECK(rewritten(parsed(without), 4, 44).nexthop_id == 7);
}

TEST_CASE("Malformed nexthops are refused with the place") {
	Bytes good;
	append_hop(good, 4, 0, "10.0.0.1");
	struct Case {
		const char *title;
		Bytes hops;
		const char *expected;
	};
	Bytes zero(8, 0), beyond = good, inner = good;
	beyond[0] = 200;
	inner[sizeof(rtnexthop)] = 99;
	Bytes tail = good;
	tail.push_back(1);
	const Case cases[] = {
	    {"length zero", zero, "nexthop at byte 0 claims 0 bytes"},
	    {"beyond the end", beyond, "claims 200 bytes"},
	    {"attribute inside too long", inner, "nexthop: attribute 5"},
	    {"half a nexthop at the end", tail, "nexthop at byte 16"},
	};
	for (const auto &[title, hops, expected] : cases) {
		INFO(title);
		Request request = route_message();
		request.put(RTA_MULTIPATH, ByteSpan(hops));
		const auto route = parse_route(request.message());
		REQUIRE_FALSE(route.has_value());
		CHECK_THAT(route.error().message, Catch::Contains(expected));
	}
}

TEST_CASE("Two routes are the same when the kernel would keep only one of them") {
	Request request = route_message();
	request.put_u32(RTA_OIF, 4).put_u32(RTA_PRIORITY, 100);
	const Route a = parsed(request);
	Route b = a;
	CHECK(same_route(a, b));
	b.flags = RTNH_F_LINKDOWN;
	CHECK(same_route(a, b));
	b.metric = 200;
	CHECK_FALSE(same_route(a, b));
}
