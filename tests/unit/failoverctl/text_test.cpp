// SPDX-License-Identifier: GPL-2.0-only
#include "render/table.hpp"
#include "render/text.hpp"
#include "scenes.hpp"

#include <catch2/catch.hpp>

using namespace failover::ctl;
using namespace failover::control;

TEST_CASE("Times are told in the two largest units", "[text]") {
	constexpr std::int64_t kNow = 1'700'000'000'000'000;
	const auto ago = [](std::int64_t seconds) { return time_ago(kNow - seconds * 1'000'000, kNow); };
	CHECK(ago(0) == "just now");
	CHECK(ago(1) == "1s ago");
	CHECK(ago(59) == "59s ago");
	CHECK(ago(60) == "1min ago");
	CHECK(ago(192) == "3min 12s ago");
	CHECK(ago(3600) == "1h ago");
	CHECK(ago(7265) == "2h 1min ago");
	CHECK(ago(86400 * 3 + 3600 * 4 + 59) == "3d 4h ago");
	CHECK(ago(-5) == "in the future");
	CHECK(absolute_time(kNow) == "Tue 2023-11-14 22:13:20 UTC");
	CHECK(event_time(kNow + 123'456) == "2023-11-14 22:13:20.123");
}

TEST_CASE("Amounts are short and keep three digits", "[text]") {
	CHECK(duration(0) == "0 us");
	CHECK(duration(999) == "999 us");
	CHECK(duration(1840) == "1.84 ms");
	CHECK(duration(2'500'000) == "2.5 s");
	CHECK(grouped(0) == "0");
	CHECK(grouped(999) == "999");
	CHECK(grouped(1000) == "1,000");
	CHECK(grouped(12'345'678) == "12,345,678");
	CHECK(bytes(1023) == "1023 B");
	CHECK(bytes(1024) == "1.00 KiB");
	CHECK(bytes(900'000) == "879 KiB");
	CHECK(bytes(1'048'570) == "1.00 MiB");
	CHECK(bytes(18'446'744'073'709'551'615U) == "16.0 EiB");
	CHECK(counted(1, "frame") == "1 frame");
	CHECK(counted(2, "frame") == "2 frames");
	CHECK(counted(2, "switch") == "2 switches");
}

TEST_CASE("Text is cut by columns, not bytes, and colours do not count", "[text]") {
	CHECK(columns("a → b") == 5);
	CHECK(columns("\x1b[1;32mgo\x1b[0m") == 2);
	CHECK(shortened("a → b", 5, "…") == "a → b");
	CHECK(shortened("a → bc", 5, "…") == "a → …");
	CHECK(shortened("abc", 0, "…") == "abc");
	CHECK(shortened("\x1b[1mabcdef\x1b[0m", 4, "…") == "\x1b[1mabc…\x1b[0m");
}

TEST_CASE("Names cannot draw on the terminal", "[text]") {
	auto master = sample_master();
	master.name = "e\x1b[2J";
	master.slaves[1].driver = "a\nb\x7f";
	master.last->by = "\xc2\x9b"
			  "31m\xc2\xb7";
	const auto clean = printable(std::vector{master}).front();
	CHECK(clean.name == "e?[2J");
	CHECK(clean.slaves[1].driver == "a?b?");
	CHECK(clean.last->by == "??31m\xc2\xb7");
	CHECK(clean.mac == master.mac);
}

TEST_CASE("Columns are as wide as their widest cell", "[text]") {
	using enum Table::Align;
	Table table({Left, Right, Left});
	table.add({"→", "1", "x"});
	table.add({"ab", "\x1b[1m100\x1b[0m", ""});
	CHECK(table.lines() == std::vector<std::string>{"→     1  x", "ab  \x1b[1m100\x1b[0m"});
}
