// SPDX-License-Identifier: GPL-2.0-only
#include "base/clock.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <limits>

using namespace failover;
using namespace std::chrono;

TEST_CASE("An instant of the past has its place on the wall clock") {
	const auto now = boottime_now();
	const auto before = wall_clock_us(now - 10s);
	CHECK(wall_clock_us(now) - before >= 9'999'000);
	CHECK(wall_clock_us(now) - before < 60'000'000);
}

TEST_CASE("An instant to come has its place there too, and one that has passed counts as now") {
	const auto now = wall_clock_us(boottime_now());
	CHECK(wall_clock_us_ahead(boottime_now() + 100s) - now >= 99'999'000);
	CHECK(wall_clock_us_ahead(boottime_now() + 100s) - now < 160'000'000);
	for (const auto past : {nanoseconds(std::numeric_limits<std::int64_t>::min()), nanoseconds(0)})
		CHECK(std::abs(wall_clock_us_ahead(past) - now) < 60'000'000);
}

TEST_CASE("What cannot be an instant of the past counts as the boot, or as now") {
	const auto limits = {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()};
	const auto boot = wall_clock_us(0s), now = wall_clock_us(boottime_now());
	for (const auto count : limits) {
		const auto told = wall_clock_us(nanoseconds(count));
		CHECK(told >= boot - 60'000'000);
		CHECK(told <= now + 60'000'000);
	}
}
