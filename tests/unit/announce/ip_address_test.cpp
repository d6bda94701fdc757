// SPDX-License-Identifier: GPL-2.0-only
#include "announce/ip_address.hpp"

#include <catch2/catch.hpp>

using failover::announce::Ipv4Address;
using failover::announce::Ipv6Address;

TEST_CASE("IP addresses survive printing and reading") {
	for (const auto *text : {"192.0.2.7", "0.0.0.0", "255.255.255.255"}) {
		REQUIRE(Ipv4Address::parse(text));
		CHECK(Ipv4Address::parse(text)->to_string() == text);
	}
	for (const auto *text : {"2001:db8::7", "::", "fe80::5054:ff:fe12:3456", "ff02::16"}) {
		REQUIRE(Ipv6Address::parse(text));
		CHECK(Ipv6Address::parse(text)->to_string() == text);
	}
}

TEST_CASE("What is no IP address is refused") {
	using namespace std::string_view_literals;
	for (const auto text : {""sv, "192.0.2"sv, "192.0.2.256"sv, "192.0.2.7 "sv, "192.0.2.7\0x"sv, "::1"sv})
		CHECK_FALSE(Ipv4Address::parse(text));
	for (const auto text : {""sv, "192.0.2.7"sv, "2001:db8:::7"sv, "fe80::1%eth0"sv, "::1\0"sv})
		CHECK_FALSE(Ipv6Address::parse(text));
}

TEST_CASE("Address classes follow their prefixes") {
	CHECK(Ipv4Address::parse("239.255.255.255")->is_multicast());
	CHECK_FALSE(Ipv4Address::parse("240.0.0.0")->is_multicast());
	CHECK_FALSE(Ipv4Address::parse("223.255.255.255")->is_multicast());
	CHECK(Ipv4Address::parse("127.1.2.3")->is_loopback());
	CHECK(Ipv6Address::parse("::1")->is_loopback());
	CHECK_FALSE(Ipv6Address::parse("1::1")->is_loopback());
	CHECK(Ipv6Address::parse("febf::1")->is_link_local());
	CHECK_FALSE(Ipv6Address::parse("fec0::1")->is_link_local());
	CHECK(Ipv6Address::parse("ff02::1")->is_multicast());
}
