// SPDX-License-Identifier: GPL-2.0-only
#include "base/mac_address.hpp"

#include <catch2/catch.hpp>

using failover::MacAddress;

TEST_CASE("A MAC address survives printing and reading") {
	const auto mac = MacAddress::parse("52:54:00:Ab:cD:0f");
	REQUIRE(mac);
	CHECK(mac->to_string() == "52:54:00:ab:cd:0f");
	CHECK(MacAddress::parse(mac->to_string()) == mac);
	CHECK(MacAddress::parse("52-54-00-ab-cd-0f") == mac);
}

TEST_CASE("Anything but six separated bytes is refused") {
	for (const auto *text : {"", "52:54:00:ab:cd", "52:54:00:ab:cd:0f:", "52:54:00:ab:cd:0g", "525400abcd0f",
				 "52:54:00:ab:cd-0f", "52 54 00 ab cd 0f", " 2:54:00:ab:cd:0f"})
		CHECK_FALSE(MacAddress::parse(text));
}

TEST_CASE("The group bit tells multicast") {
	CHECK(failover::kBroadcastMac.is_multicast());
	CHECK(MacAddress::parse("01:00:5e:00:00:01")->is_multicast());
	CHECK_FALSE(MacAddress::parse("52:54:00:00:00:01")->is_multicast());
}
