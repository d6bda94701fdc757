// SPDX-License-Identifier: GPL-2.0-only
#include "network/prober.hpp"

#include "nics.hpp"

#include <catch2/catch.hpp>
#include <cstring>

using namespace failover;
using namespace failover::test;

TEST_CASE("A probe has the layout that bpf/include/probe.h reads") {
	const auto frame = probe_frame(kMac, 3, 0x0102030405060708, true);
	const std::vector<std::uint8_t> start{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x52, 0x54, 0x00, 0x12, 0x34,
					      0x56, 0x88, 0xb5, 'F',  'O',  'M',  'P',  1,    3,    0,    0};
	REQUIRE(frame.size() == announce::kMinFrame);
	CHECK(std::vector(frame.begin(), frame.begin() + static_cast<long>(start.size())) == start);
	std::uint64_t nonce = 0;
	std::memcpy(&nonce, frame.data() + start.size(), sizeof(nonce));
	CHECK(nonce == 0x0102030405060708);
}

TEST_CASE("A neutral source is a local unicast address that is neither the master's nor another slot's") {
	const auto source = [](model::Slot slot) {
		const auto frame = probe_frame(kMac, slot, 1, false);
		return *MacAddress::from_bytes(std::span(frame).subspan(6, 6));
	};
	CHECK(source(0) != kMac);
	CHECK(source(0) != source(1));
	CHECK((source(0).bytes()[0] & 0x02) != 0);
	CHECK_FALSE(source(0).is_multicast());
}
