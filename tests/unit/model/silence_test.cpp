// SPDX-License-Identifier: GPL-2.0-only
#include "model/silence.hpp"

#include <catch2/catch.hpp>

using namespace failover::model;
using namespace std::chrono_literals;

namespace {

constexpr Slot kPrimary = 0, kStandby = 1;

/// After a return to the primary.
Silence returned() {
	Silence silence;
	silence.switched(kStandby, kPrimary, FOM_CAUSE_FAILBACK);
	return silence;
}

bool is_nothing(const Silence::Verdict &verdict) {
	return std::holds_alternative<std::monostate>(verdict);
}

} // namespace

TEST_CASE("A return that nobody answers after is doubted for longer each time, until somebody answers") {
	auto silence = returned();
	CHECK(silence.returned_from() == kStandby);
	Time wait = kFirstSilence;
	for (int times = 0; times < 10; ++times, wait = std::min(2 * wait, kMostSilence)) {
		CHECK(silence.unanswered(true, 5s) == Silence::Verdict(Silence::Doubt{kPrimary, kStandby, wait}));
		CHECK(silence.until(kPrimary) == 5s + wait);
		silence.switched(kPrimary, kStandby, FOM_CAUSE_PROBE);
		silence.answered(); // by the standby: nothing is known of the primary by that
		silence.switched(kStandby, kPrimary, FOM_CAUSE_FAILBACK);
	}
	CHECK(wait == kMostSilence);
	silence.answered();
	CHECK(silence.until(kPrimary) == 0s);
	CHECK(silence.unanswered(true, 5s) == Silence::Verdict(Silence::Doubt{kPrimary, kStandby, kFirstSilence}));
}

TEST_CASE("What was forgotten is doubted as for the first time, what is recalled for longer than that") {
	auto silence = returned();
	silence.recall(kPrimary, 8min);
	SECTION("recalled") {
		CHECK(silence.unanswered(true, 5s) == Silence::Verdict(Silence::Doubt{kPrimary, kStandby, 16min}));
	}
	SECTION("forgotten") {
		silence.forget(kPrimary);
		CHECK(silence.unanswered(true, 5s) ==
		      Silence::Verdict(Silence::Doubt{kPrimary, kStandby, kFirstSilence}));
	}
	SECTION("somebody else's, shorter than any of ours") {
		silence.recall(kPrimary, 3s);
		CHECK(silence.unanswered(true, 5s) ==
		      Silence::Verdict(Silence::Doubt{kPrimary, kStandby, kFirstSilence}));
	}
}

TEST_CASE("Silence by both is the fault of neither, and nobody is doubted until somebody answers") {
	auto silence = returned();
	REQUIRE_FALSE(is_nothing(silence.unanswered(true, 5s)));
	silence.switched(kPrimary, kStandby, FOM_CAUSE_PROBE);
	CHECK(silence.unanswered(false, 10s) == Silence::Verdict(Silence::Trust{kPrimary}));
	CHECK(silence.until(kPrimary) == 0s);
	silence.switched(kStandby, kPrimary, FOM_CAUSE_FAILBACK);
	CHECK(is_nothing(silence.unanswered(true, 15s)));
	silence.answered();
	CHECK_FALSE(is_nothing(silence.unanswered(true, 20s)));
}

TEST_CASE("Only a return is undone, and only where there is something to return to") {
	Silence silence;
	CHECK(is_nothing(silence.unanswered(true, 5s)));
	for (const auto cause : {FOM_CAUSE_OPERATOR, FOM_CAUSE_CARRIER_LOSS, FOM_CAUSE_STARTUP, FOM_CAUSE_UNSPEC}) {
		silence.switched(kStandby, kPrimary, cause);
		CHECK(silence.returned_from() == FOM_NO_SLOT);
		CHECK(is_nothing(silence.unanswered(true, 5s)));
	}
	silence = returned();
	CHECK(is_nothing(silence.unanswered(false, 5s)));
	silence.switched(kPrimary, FOM_NO_SLOT, FOM_CAUSE_UNREGISTER);
	CHECK(is_nothing(silence.unanswered(true, 5s)));
}
