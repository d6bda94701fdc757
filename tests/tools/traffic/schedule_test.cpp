// SPDX-License-Identifier: GPL-2.0-only
#include "schedule.hpp"

#include <catch2/catch.hpp>

using failover::traffic::Schedule;

namespace {
constexpr std::uint64_t kSecond = 1'000'000'000;
}

TEST_CASE("A punctual sender sends one packet at each deadline, without drift") {
	Schedule schedule(3, 0); // 1/3 s does not divide evenly
	std::uint64_t sent = 0;
	while (schedule.wake_ns() < 3600 * kSecond) {
		const auto packets = schedule.take(schedule.wake_ns());
		REQUIRE(packets == 1);
		sent += packets;
	}
	CHECK(sent == 3 * 3600);
}

TEST_CASE("Asking too early gives nothing") {
	Schedule schedule(1000, 5 * kSecond);
	CHECK(schedule.take(5 * kSecond - 1) == 0);
	CHECK(schedule.take(5 * kSecond) == 1);
	CHECK(schedule.take(5 * kSecond + 999'999) == 0);
	CHECK(schedule.wake_ns() == 5 * kSecond + 1'000'000);
}

TEST_CASE("A late sender catches up in small bursts and at no more than twice the rate") {
	constexpr std::uint64_t kPps = 10'000;
	Schedule schedule(kPps, 0);
	const std::uint64_t late = 20'000'000; // 200 packets behind
	std::uint64_t now = late, sent = 0;
	while (now < late + 2 * kSecond) {
		const auto packets = schedule.take(now);
		REQUIRE(packets <= Schedule::kBurst);
		sent += packets;
		REQUIRE(sent <= Schedule::kBurst + (now - late) * 2 * kPps / kSecond);
		REQUIRE(schedule.wake_ns() > now);
		now = schedule.wake_ns();
	}
	CHECK(sent >= (late + 2 * kSecond) * kPps / kSecond - 1);
}

TEST_CASE("A sender that slept very long starts afresh") {
	Schedule schedule(100, 0);
	CHECK(schedule.take(0) == 1);
	CHECK(schedule.take(10 * kSecond) == 1);
	CHECK(schedule.wake_ns() == 10 * kSecond + kSecond / 100);
}

TEST_CASE("A schedule holds for years of packets") {
	Schedule schedule(1'000'000, 0);
	std::uint64_t now = 0;
	for (int step = 0; step < 100'000; ++step) {
		now = schedule.wake_ns();
		REQUIRE(schedule.take(now) == 1);
	}
	CHECK(now == 99'999'000);
}
