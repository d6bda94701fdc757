// SPDX-License-Identifier: GPL-2.0-only
#include "manager/refusals.hpp"

#include <catch2/catch.hpp>

using namespace failover;
using namespace std::chrono_literals;
using Again = Refusals::Again;

TEST_CASE("What was refused is told once and tried again less and less often") {
	Refusals refusals;
	CHECK_FALSE(refusals.bars("eth1", 0s));
	CHECK_FALSE(refusals.next());
	CHECK(refusals.add("eth1", 10s, Again::later));
	CHECK(refusals.bars("eth1", 10s));
	CHECK_FALSE(refusals.bars("eth2", 10s));
	CHECK(refusals.next() == 11s);
	CHECK_FALSE(refusals.bars("eth1", 11s));

	CHECK_FALSE(refusals.add("eth1", 11s, Again::later));
	CHECK(refusals.next() == 13s);
	for (int i = 0; i < 10; ++i)
		CHECK_FALSE(refusals.add("eth1", 20s, Again::later));
	CHECK(refusals.next() == 80s);
}

TEST_CASE("What carries traffic is not tried again by itself, but when somebody asks") {
	Refusals refusals;
	CHECK(refusals.add("eth0", 0s, Again::never));
	CHECK(refusals.bars("eth0", 1000h));
	CHECK_FALSE(refusals.next());
	CHECK_FALSE(refusals.add("eth0", 1s, Again::never));
	CHECK(refusals.add("eth1", 5s, Again::later));
	CHECK(refusals.add("eth2", 4s, Again::later));
	CHECK(refusals.next() == 5s);

	SECTION("by name") {
		refusals.erase("eth0");
		CHECK_FALSE(refusals.bars("eth0", 1s));
		CHECK(refusals.bars("eth1", 5s));
	}
	SECTION("by a new configuration") {
		refusals.clear();
		CHECK_FALSE(refusals.bars("eth0", 1s));
		CHECK_FALSE(refusals.next());
	}
	SECTION("as it is another by that name") {
		refusals.erase_if([](const std::string &name) { return name != "eth1"; });
		CHECK_FALSE(refusals.bars("eth0", 1s));
		CHECK(refusals.bars("eth1", 5s));
		CHECK(refusals.add("eth0", 6s, Again::later));
	}
}
