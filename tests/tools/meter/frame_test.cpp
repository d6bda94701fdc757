// SPDX-License-Identifier: GPL-2.0-only
#include "frame.hpp"

#include <arpa/inet.h>
#include <catch2/catch.hpp>

using namespace failover;
using namespace failover::meter;

TEST_CASE("A frame carries the datagram byte for byte") {
	const MacAddress from({0x52, 0x54, 0, 0x79, 0, 1}), to({0x52, 0x54, 0, 0x79, 0, 2});
	const Flow flow{from, to, {::inet_addr("10.79.0.1")}, {::inet_addr("10.79.0.2")}, htons(9000)};
	const auto frame = udp_frame(flow);
	const std::array<std::uint8_t, 42> expected{
	    0x52, 0x54, 0,    0x79, 0, 2,  0x52, 0x54, 0,  0x79, 0,    1,    0x08, 0x00,                     // Ethernet
	    0x45, 0,    0,    46,   0, 0,  0,    0,    64, 17,   0x66, 0x1f, 10,   79,   0, 1, 10, 79, 0, 2, // IPv4
	    0x23, 0x28, 0x23, 0x28, 0, 26, 0,    0};                                                         // UDP
	CHECK(std::vector(frame.begin(), frame.begin() + expected.size()) ==
	      std::vector(expected.begin(), expected.end()));
}
