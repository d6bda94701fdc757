// SPDX-License-Identifier: GPL-2.0-only
#include "manager/refusals.hpp"

#include <catch2/catch.hpp>

using namespace failover;
using namespace std::chrono_literals;
using Again = Refusals::Again;

TEST_CASE("What was refused is told once and tried again less and less often") {
	Refusals refusals;
	CHECK_FALSE(refusals.bars("eth1", 3, 0s));
	CHECK_FALSE(refusals.next(0s));
	CHECK(refusals.add("eth1", 3, 10s, Again::later));
	CHECK(refusals.bars("eth1", 3, 10s));
	CHECK_FALSE(refusals.bars("eth2", 4, 10s));
	CHECK(refusals.next(10s) == 11s);
	CHECK_FALSE(refusals.bars("eth1", 3, 11s));

	CHECK_FALSE(refusals.add("eth1", 3, 11s, Again::later));
	CHECK(refusals.next(11s) == 13s);
	for (int i = 0; i < 10; ++i)
		CHECK_FALSE(refusals.add("eth1", 3, 20s, Again::later));
	CHECK(refusals.next(20s) == 80s);
}

TEST_CASE("What was refused for something that is over is tried at once, and then as at first") {
	Refusals refusals;
	refusals.add("eth0", 2, 10s, Again::never);
	for (int i = 0; i < 5; ++i)
		refusals.add("eth1", 3, 10s, Again::later);
	CHECK(refusals.next(10s) == 26s);
	refusals.hasten(12s);
	CHECK_FALSE(refusals.bars("eth1", 3, 12s));
	CHECK(refusals.bars("eth0", 2, 1000h));
	CHECK_FALSE(refusals.add("eth1", 3, 12s, Again::later));
	CHECK(refusals.next(12s) == 13s);
}

TEST_CASE("What nobody has tried when it was due is no reason to look again") {
	Refusals refusals;
	refusals.add("eth1", 3, 10s, Again::later);
	CHECK_FALSE(refusals.next(11s));
	refusals.add("eth2", 4, 10s, Again::later);
	refusals.add("eth2", 4, 11s, Again::later);
	CHECK(refusals.next(11s) == 13s);
}

TEST_CASE("What was refused untouched may be tried at any time, and is told once") {
	Refusals refusals;
	CHECK(refusals.add("eth2", 4, 10s, Again::any_time));
	CHECK_FALSE(refusals.bars("eth2", 4, 10s));
	CHECK_FALSE(refusals.next(10s));
	CHECK_FALSE(refusals.add("eth2", 4, 10s, Again::any_time));
	refusals.add("eth2", 4, 10s, Again::later);
	CHECK(refusals.next(10s) == 11s);
}

TEST_CASE("What carries traffic is not tried again by itself, but when somebody asks") {
	Refusals refusals;
	CHECK(refusals.add("eth0", 2, 0s, Again::never));
	CHECK(refusals.bars("eth0", 2, 1000h));
	CHECK_FALSE(refusals.next(0s));
	CHECK_FALSE(refusals.add("eth0", 2, 1s, Again::never));

	SECTION("by name") {
		refusals.erase("eth0");
		CHECK_FALSE(refusals.bars("eth0", 2, 1s));
	}
	SECTION("by a new configuration") {
		refusals.clear();
		CHECK_FALSE(refusals.bars("eth0", 2, 1s));
	}
	SECTION("as there is none by that name any more") {
		refusals.erase_if([](const std::string &name) { return name == "eth0"; });
		CHECK_FALSE(refusals.bars("eth0", 2, 1s));
	}
	SECTION("as it is another by that name") {
		CHECK_FALSE(refusals.bars("eth0", 5, 1s));
		CHECK(refusals.add("eth0", 5, 6s, Again::later));
		CHECK(refusals.next(6s) == 7s);
	}
	SECTION("and then as often as others") {
		CHECK_FALSE(refusals.add("eth0", 2, 5s, Again::later));
		CHECK(refusals.next(5s) == 6s);
	}
}
