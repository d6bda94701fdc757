// SPDX-License-Identifier: GPL-2.0-only
#include "sequence_log.hpp"

#include <catch2/catch.hpp>

using failover::traffic::Arrival;
using failover::traffic::SequenceLog;

TEST_CASE("A complete flow has lost nothing") {
	SequenceLog log;
	for (std::uint64_t i = 0; i < 1000; ++i)
		CHECK(log.record(i, 10 * i) == Arrival::kInOrder);
	CHECK(log.received() == 1000);
	CHECK(log.next() == 1000);
	CHECK(log.lost_total() == 0);
	CHECK(log.lost().empty());
}

TEST_CASE("A hole is reported with the stamps of the packets around it") {
	SequenceLog log;
	log.record(0, 100);
	CHECK(log.record(5, 600) == Arrival::kAfterGap);
	REQUIRE(log.lost().size() == 1);
	const auto hole = log.lost().front();
	CHECK(hole.first == 1);
	CHECK(hole.last == 4);
	CHECK(hole.count() == 4);
	CHECK(hole.sent_after_ns == 100);
	CHECK(hole.sent_before_ns == 600);
	CHECK(log.lost_total() == 4);
}

TEST_CASE("Packets missing before the first arrival are lost too") {
	SequenceLog log;
	log.record(3, 300);
	REQUIRE(log.lost().size() == 1);
	CHECK(log.lost().front().first == 0);
	CHECK(log.lost().front().last == 2);
	CHECK(log.lost().front().sent_after_ns == 0);
}

TEST_CASE("A late packet splits or closes the hole and counts as reordered, not as lost") {
	SequenceLog log;
	log.record(0, 0);
	log.record(6, 60); // 1..5 missing
	CHECK(log.record(3, 30) == Arrival::kLate);
	REQUIRE(log.lost().size() == 2);
	CHECK(log.lost()[0].last == 2);
	CHECK(log.lost()[0].sent_before_ns == 30);
	CHECK(log.lost()[1].first == 4);
	CHECK(log.lost()[1].sent_after_ns == 30);
	for (std::uint64_t late : {1, 2, 5, 4})
		CHECK(log.record(late, 10 * late) == Arrival::kLate);
	CHECK(log.lost().empty());
	CHECK(log.lost_total() == 0);
	CHECK(log.reordered() == 5);
	CHECK(log.received() == 7);
}

TEST_CASE("A packet that comes twice is a duplicate, wherever it stands") {
	SequenceLog log;
	log.record(0, 0);
	log.record(1, 10);
	log.record(4, 40);
	log.record(2, 20);
	for (std::uint64_t again : {0, 1, 2, 4})
		CHECK(log.record(again, 10 * again) == Arrival::kDuplicate);
	CHECK(log.duplicates() == 4);
	CHECK(log.received() == 4);
	CHECK(log.lost_total() == 1);
}
