// SPDX-License-Identifier: GPL-2.0-only
#include "announce/checksum.hpp"

#include "hex.hpp"

#include <catch2/catch.hpp>

using failover::announce::Frame;
using failover::announce::internet_checksum;
using failover::announce::test::hex;

TEST_CASE("The checksum of the worked example of RFC 1071 is its complement of ddf2") {
	CHECK(internet_checksum(hex("00 01 f2 03 f4 f5 f6 f7")) == 0x220d);
}

TEST_CASE("An odd last byte counts as the upper half of a word") {
	CHECK(internet_checksum(hex("ab")) == static_cast<std::uint16_t>(~0xab00));
	CHECK(internet_checksum({}) == 0xffff);
}

TEST_CASE("Carries of the longest IP packet are not lost") {
	// 32,767 words of ffff are ffff again in one's complement.
	CHECK(internet_checksum(Frame(65534, 0xff)) == 0);
	// ffff + ffff + 0001 = 1ffff: folding once gives 10000, a carry again.
	CHECK(internet_checksum(hex("ffff ffff 0001")) == static_cast<std::uint16_t>(~0x0001));
}

TEST_CASE("The pseudo header carries addresses, length and next header") {
	const auto source = failover::announce::test::ip6("fe80::1");
	// fe80 + 0001 + ff02 + 0001 + 0020 + 003a, RFC 8200 section 8.1
	CHECK(failover::announce::icmp6_pseudo_sum(source, failover::announce::kAllNodes, 0x20) ==
	      0xfe80u + 0x0001u + 0xff02u + 0x0001u + 0x0020u + 0x003au);
	CHECK(failover::announce::icmp6_pseudo_sum(source, failover::announce::kAllNodes, 0x10002) ==
	      0xfe80u + 0x0001u + 0xff02u + 0x0001u + 0x0001u + 0x0002u + 0x003au);
}
