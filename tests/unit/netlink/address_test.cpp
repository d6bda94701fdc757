// SPDX-License-Identifier: GPL-2.0-only
#include "netlink/address.hpp"
#include "netlink/neighbour.hpp"

#include "lab.hpp"

#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

using namespace failover;
using namespace failover::netlink;
using namespace failover::test;

TEST_CASE("Every field of an address message is read") {
	ifaddrmsg info{};
	info.ifa_family = AF_INET;
	info.ifa_prefixlen = 24;
	info.ifa_flags = IFA_F_PERMANENT;
	info.ifa_scope = RT_SCOPE_LINK;
	info.ifa_index = 3;
	Request request(RTM_NEWADDR, 0);
	request.header(info);
	request.put(IFA_ADDRESS, ByteSpan(ip_from_string("10.0.0.9")))
	    .put(IFA_LOCAL, ByteSpan(ip_from_string("10.0.0.1")));
	request.put(IFA_BROADCAST, ByteSpan(ip_from_string("10.0.0.255"))).put(IFA_LABEL, std::string_view("eth0:1"));
	request.put_u32(IFA_FLAGS, IFA_F_PERMANENT | IFA_F_NOPREFIXROUTE).put_u32(IFA_RT_PRIORITY, 77);
	request.put_u8(IFA_PROTO, 9);
	ifa_cacheinfo lifetimes{};
	lifetimes.ifa_valid = 600;
	lifetimes.ifa_prefered = 300;
	request.put_value(IFA_CACHEINFO, lifetimes);

	Address expected;
	expected.ifindex = 3;
	expected.family = AF_INET;
	expected.prefix_len = 24;
	expected.scope = RT_SCOPE_LINK;
	expected.flags = IFA_F_PERMANENT | IFA_F_NOPREFIXROUTE;
	expected.local = {10, 0, 0, 1};
	expected.peer = {10, 0, 0, 9};
	expected.broadcast = {10, 0, 0, 255};
	expected.label = "eth0:1";
	expected.valid_lifetime = 600;
	expected.preferred_lifetime = 300;
	expected.proto = 9;
	expected.rt_priority = 77;
	const Address address = must(parse_address(request.message()));
	CHECK(address == expected);
	CHECK(to_string(address) == "10.0.0.1/24");
}

TEST_CASE("An address without a far end is its own peer") {
	ifaddrmsg info{};
	info.ifa_family = AF_INET6;
	Request request(RTM_NEWADDR, 0);
	request.header(info).put(IFA_ADDRESS, ByteSpan(ip_from_string("2001:db8::1")));
	const Address address = must(parse_address(request.message()));
	CHECK(address.local == ip_from_string("2001:db8::1"));
	CHECK(address.peer == address.local);
	CHECK(address.valid_lifetime == Address::kForever);
}

TEST_CASE("An address message with a short lifetime block is refused") {
	Request request(RTM_NEWADDR, 0);
	request.header(ifaddrmsg{}).put_u32(IFA_CACHEINFO, 1);
	const auto address = parse_address(request.message());
	REQUIRE_FALSE(address.has_value());
	CHECK_THAT(address.error().message, Catch::Contains("attribute 6 has 4 bytes, expected 16"));
}

TEST_CASE("IP addresses go to text and back, other lengths become hex") {
	CHECK(ip_to_string(ip_from_string("192.0.2.1")) == "192.0.2.1");
	CHECK(ip_to_string(ip_from_string("fe80::1")) == "fe80::1");
	CHECK(ip_from_string("192.0.2.256").empty());
	CHECK(ip_to_string(Bytes{0xab, 0x0c}) == "0xab0c");
}

TEST_CASE("Every field of a neighbour message is read") {
	ndmsg info{};
	info.ndm_family = AF_INET6;
	info.ndm_ifindex = 3;
	info.ndm_state = NUD_PERMANENT;
	info.ndm_flags = NTF_ROUTER;
	Request request(RTM_NEWNEIGH, 0);
	request.header(info).put(NDA_DST, ByteSpan(ip_from_string("fe80::1")));
	request.put(NDA_LLADDR, ByteSpan(Bytes{2, 0, 0, 0, 0, 1})).put_u8(NDA_PROTOCOL, 4).put_u16(NDA_VLAN, 12);
	const Neighbour neighbour = must(parse_neighbour(request.message()));
	CHECK(neighbour.ifindex == 3);
	CHECK(neighbour.family == AF_INET6);
	CHECK(neighbour.state == NUD_PERMANENT);
	CHECK(neighbour.flags == NTF_ROUTER);
	CHECK(ip_to_string(neighbour.dst) == "fe80::1");
	CHECK(neighbour.lladdr == Bytes{2, 0, 0, 0, 0, 1});
	CHECK(neighbour.protocol == 4);
	CHECK(neighbour.vlan_id == 12);
	CHECK_FALSE(neighbour.is_proxy());
}
