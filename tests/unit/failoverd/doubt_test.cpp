// SPDX-License-Identifier: GPL-2.0-only
#include "manager/doubt.hpp"

#include <catch2/catch.hpp>

using namespace failover;
using namespace std::chrono_literals;

namespace {

constexpr std::uint8_t kPrimary = 0, kStandby = 1;
constexpr std::uint32_t kMinute = 60'000; // ms

/// The primary is active again, the standby ready.
kmod::Master returned() {
	kmod::Master master;
	master.slaves.resize(2);
	master.slaves[0].slot = kPrimary;
	master.slaves[0].flags = FOM_SLAVE_USABLE | FOM_SLAVE_ACTIVE;
	master.slaves[1].slot = kStandby;
	master.slaves[1].flags = FOM_SLAVE_USABLE;
	master.active = kPrimary;
	return master;
}

} // namespace

TEST_CASE("The module is told to doubt a primary that was returned to and is silent") {
	auto master = returned();
	model::Silence silence;
	silence.switched(kStandby, kPrimary, FOM_CAUSE_FAILBACK);
	SECTION("for the first time") {
		const auto doubt = doubt_for_silence(master, silence, 5s);
		REQUIRE(doubt);
		CHECK(doubt->slot == kPrimary);
		CHECK(doubt->ms == kMinute);
	}
	SECTION("for twice as long as the module knows of, whoever said so") {
		master.slaves[0].doubt_ms = 4 * kMinute;
		CHECK(doubt_for_silence(master, silence, 5s)->ms == 8 * kMinute);
	}
	SECTION("an hour is the most, which the module takes") {
		master.slaves[0].doubt_ms = FOM_DOUBT_MOST_MS;
		CHECK(doubt_for_silence(master, silence, 5s)->ms == FOM_DOUBT_MOST_MS);
	}
	SECTION("and not again, when the standby is as silent") {
		REQUIRE(doubt_for_silence(master, silence, 5s));
		silence.switched(kPrimary, kStandby, FOM_CAUSE_PROBE);
		master.active = kStandby;
		const auto trust = doubt_for_silence(master, silence, 10s);
		REQUIRE(trust);
		CHECK(trust->slot == kPrimary);
		CHECK(trust->ms == 0);
	}
}

TEST_CASE("Silence is only told of where the module would have nothing better, or knows better") {
	auto master = returned();
	model::Silence silence;
	silence.switched(kStandby, kPrimary, FOM_CAUSE_FAILBACK);
	SECTION("the operator chose") {
		master.chosen = kPrimary;
	}
	SECTION("the primary took over from one that failed") {
		silence.switched(kStandby, kPrimary, FOM_CAUSE_CARRIER_LOSS);
	}
	SECTION("the standby cannot carry") {
		master.slaves[1].flags = 0;
	}
	SECTION("the standby is doubted too") {
		master.slaves[1].flags |= FOM_SLAVE_DOUBTED;
	}
	SECTION("the standby has left") {
		master.slaves.pop_back();
	}
	SECTION("it has switched meanwhile") {
		master.active = kStandby;
	}
	SECTION("no switch was heard of") {
		silence = {};
	}
	CHECK_FALSE(doubt_for_silence(master, silence, 5s));
}
