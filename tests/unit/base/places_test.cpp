// SPDX-License-Identifier: GPL-2.0-only
#include "base/places.hpp"

#include <catch2/catch.hpp>

using namespace failover;

TEST_CASE("What users knew a slave by survives in its alias") {
	const auto was = identity_before_hiding(slave_alias({"enp1s0", 3}), "slave7");
	CHECK(was.name == "enp1s0");
	CHECK(was.ifindex == 3);
	CHECK(slave_alias({"eth1", 3}) == "vf-failover slave, was 3: eth1");
}

TEST_CASE("An alias that is not ours leaves the name the link has") {
	for (const char *alias :
	     {"", "uplink of rack 7", "vf-failover slave, was eth1", "vf-failover slave, was 3 eth1",
	      "vf-failover slave, was -3: eth1", "vf-failover slave, was 99999999999: eth1"}) {
		const auto was = identity_before_hiding(alias, "slave7");
		CHECK(was.name == "slave7");
		CHECK(was.ifindex == 0);
	}
}
