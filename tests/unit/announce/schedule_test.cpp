// SPDX-License-Identifier: GPL-2.0-only
#include "announce/schedule.hpp"

#include <catch2/catch.hpp>

using failover::announce::Schedule;
using namespace std::chrono_literals;

namespace {

/// Sleeps as told until nothing is due any more; the times at which a round was sent.
std::vector<Schedule::Time> run_out(Schedule &schedule, Schedule::Time now) {
	std::vector<Schedule::Time> sent;
	while (const auto wait = schedule.next_due(now)) {
		now += *wait;
		REQUIRE(schedule.take_due(now));
		sent.push_back(now);
	}
	return sent;
}

} // namespace

TEST_CASE("A schedule rests until a switch") {
	Schedule schedule;
	CHECK_FALSE(schedule.active());
	CHECK_FALSE(schedule.next_due(1s));
	CHECK_FALSE(schedule.take_due(1s));
}

TEST_CASE("Rounds follow a switch at QEMU's offsets unless told otherwise") {
	Schedule schedule;
	schedule.start(10s);
	CHECK(run_out(schedule, 10s) == std::vector<Schedule::Time>{10s, 10050ms, 10200ms, 10450ms, 10800ms});
	CHECK_FALSE(schedule.active());
}

TEST_CASE("Nothing is taken before its time, nor twice") {
	const std::vector offsets{100ms};
	Schedule schedule(offsets);
	schedule.start(1s);
	CHECK(schedule.next_due(1s) == Schedule::Time(100ms));
	CHECK_FALSE(schedule.take_due(1s + 99ms));
	CHECK(schedule.next_due(1s + 99ms) == Schedule::Time(1ms));
	CHECK(schedule.take_due(1s + 100ms));
	CHECK_FALSE(schedule.take_due(1s + 100ms));
}

TEST_CASE("Rounds missed while busy are made up for once") {
	Schedule schedule;
	schedule.start(0s);
	CHECK(schedule.next_due(300ms) == Schedule::Time(0));
	CHECK(schedule.take_due(300ms));
	CHECK_FALSE(schedule.take_due(300ms));
	CHECK(schedule.rounds_left() == 2);
	CHECK(run_out(schedule, 300ms) == std::vector<Schedule::Time>{450ms, 800ms});
}

TEST_CASE("A second switch starts all rounds anew") {
	Schedule schedule;
	schedule.start(0s);
	CHECK(schedule.take_due(200ms));
	schedule.start(210ms);
	CHECK(schedule.rounds_left() == 5);
	CHECK(run_out(schedule, 210ms) == std::vector<Schedule::Time>{210ms, 260ms, 410ms, 660ms, 1010ms});
}

TEST_CASE("A cancelled schedule has nothing due until the next switch") {
	Schedule schedule;
	schedule.start(0s);
	schedule.cancel();
	CHECK_FALSE(schedule.next_due(1s));
	CHECK_FALSE(schedule.take_due(1s));
	schedule.start(2s);
	CHECK(run_out(schedule, 2s).size() == 5);
}

TEST_CASE("Offsets are put in order, equal ones are one round, negative ones are now") {
	const std::vector offsets{300ms, -5ms, 0ms, 100ms, 300ms};
	Schedule schedule(offsets);
	schedule.start(1s);
	CHECK(schedule.rounds_left() == 3);
	CHECK(run_out(schedule, 1s) == std::vector<Schedule::Time>{1s, 1100ms, 1300ms});
}

TEST_CASE("Without offsets a switch announces nothing") {
	Schedule schedule(std::span<const std::chrono::milliseconds>{});
	schedule.start(1s);
	CHECK_FALSE(schedule.next_due(1s));
}
