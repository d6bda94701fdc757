// SPDX-License-Identifier: GPL-2.0-only
// Every frame byte for byte, written from the RFC's picture; checksums were worked out apart from the code.
#include "announce/arp_frames.hpp"
#include "announce/group_reports.hpp"
#include "announce/neighbour_frames.hpp"

#include "hex.hpp"

#include <catch2/catch.hpp>

using namespace failover::announce;
using namespace failover::announce::test;

TEST_CASE("RARP is the request reverse of RFC 903 as QEMU sends it") {
	CHECK(rarp_frame({kMac}) == padded(hex("ffffffffffff 525400123456 8035"
					       "0001 0800 06 04 0003"
					       "525400123456 00000000"
					       "525400123456 00000000")));
}

TEST_CASE("Gratuitous ARP is a request for our own address with an empty target") {
	CHECK(gratuitous_arp_frame({kMac}, ip4("192.0.2.7")) == padded(hex("ffffffffffff 525400123456 0806"
									   "0001 0800 06 04 0001"
									   "525400123456 c0000207"
									   "000000000000 c0000207")));
}

TEST_CASE("A neighbour advertisement goes to all nodes, overrides and names our MAC") {
	const auto *address = "20010db8000000000000000000000007";
	const auto expected = [&](const std::string &checksum, const std::string &flags) {
		return hex(std::string("333300000001 525400123456 86dd"
				       "60000000 0020 3a ff") +
			   address + "ff020000000000000000000000000001" + "88 00" + checksum + flags + address +
			   "02 01 525400123456");
	};
	CHECK(neighbour_advert_frame({kMac}, ip6("2001:db8::7")) == expected("7463", "20000000"));
	CHECK(neighbour_advert_frame({kMac}, ip6("2001:db8::7"), true) == expected("f462", "a0000000"));
}

TEST_CASE("An IGMPv3 report lists its groups with Router Alert to 224.0.0.22") {
	const std::vector groups{ip4("233.1.2.3"), ip4("239.138.11.12")};
	const auto frames = igmp_v3_reports({kMac}, ip4("192.0.2.7"), groups, 1500);
	REQUIRE(frames.size() == 1);
	CHECK(frames[0] == hex("01005e000016 525400123456 0800"
			       "46 c0 0030 0000 4000 01 02 41ea c0000207 e0000016 94040000"
			       "22 00 f461 0000 0002"
			       "02 00 0000 e9010203"
			       "02 00 0000 ef8a0b0c"));
}

TEST_CASE("A host without an address reports from 0.0.0.0") {
	const std::vector groups{ip4("233.1.2.3")};
	const auto frames = igmp_v3_reports({kMac}, Ipv4Address{}, groups, 1500);
	REQUIRE(frames.size() == 1);
	CHECK(frames[0] == padded(hex("01005e000016 525400123456 0800"
				      "46 c0 0028 0000 4000 01 02 03fa 00000000 e0000016 94040000"
				      "22 00 f0f9 0000 0001"
				      "02 00 0000 e9010203")));
}

TEST_CASE("An IGMPv2 report goes to the group itself, whose MAC holds its low 23 bits") {
	CHECK(igmp_v2_report({kMac}, ip4("192.0.2.7"), ip4("239.138.11.12")) ==
	      padded(hex("01005e0a0b0c 525400123456 0800"
			 "46 c0 0020 0000 4000 01 02 277a c0000207 ef8a0b0c 94040000"
			 "16 00 ef68 ef8a0b0c")));
}

TEST_CASE("An MLDv2 report carries Router Alert hop by hop and goes to ff02::16") {
	const std::vector groups{ip6("ff02::1:ff00:7"), ip6("ff0e::a:b0c")};
	const auto frames = mld_v2_reports({kMac}, ip6("fe80::5054:ff:fe12:3456"), groups, 1500);
	REQUIRE(frames.size() == 1);
	CHECK(frames[0] == hex("333300000016 525400123456 86dd"
			       "60000000 0038 00 01"
			       "fe80000000000000505400fffe123456 ff020000000000000000000000000016"
			       "3a 00 05 02 0000 01 00"
			       "8f 00 e30b 0000 0002"
			       "02 00 0000 ff0200000000000000000001ff000007"
			       "02 00 0000 ff0e00000000000000000000000a0b0c"));
}

TEST_CASE("A host without a link-local address reports from the unspecified one") {
	const std::vector groups{ip6("ff02::1:ff00:7")};
	const auto frames = mld_v2_reports({kMac}, Ipv6Address{}, groups, 1500);
	REQUIRE(frames.size() == 1);
	CHECK(frames[0] == hex("333300000016 525400123456 86dd"
			       "60000000 0024 00 01"
			       "00000000000000000000000000000000 ff020000000000000000000000000016"
			       "3a 00 05 02 0000 01 00"
			       "8f 00 7183 0000 0001"
			       "02 00 0000 ff0200000000000000000001ff000007"));
}

TEST_CASE("Tags stand between the addresses and the type, the outermost first") {
	const Origin origin{kMac,
			    {{.vid = 100, .tpid = kTpidService}, {.vid = 7, .tpid = kTpidCustomer, .priority = 6}}};
	CHECK(rarp_frame(origin) == padded(hex("ffffffffffff 525400123456 88a8 0064 8100 c007 8035"
					       "0001 0800 06 04 0003"
					       "525400123456 00000000"
					       "525400123456 00000000")));
	CHECK(neighbour_advert_frame({kMac, {{.vid = 4094}}}, ip6("2001:db8::7")).size() == 14 + 4 + 40 + 32);
}

TEST_CASE("A tag sends no more than 12 bits of VLAN and 3 of priority") {
	const auto frame = rarp_frame({kMac, {{.vid = 0xf001, .priority = 0x0f}}});
	CHECK(Frame(frame.begin() + 12, frame.begin() + 16) == hex("8100 e001"));
}

TEST_CASE("Only what is shorter than 60 bytes is padded") {
	CHECK(rarp_frame({kMac}).size() == 60);
	CHECK(rarp_frame({kMac, VlanStack(4)}).size() == 60);
	CHECK(rarp_frame({kMac, VlanStack(5)}).size() == 62);
}

TEST_CASE("IGMPv3 reports are split so that no packet passes the MTU") {
	std::vector<Ipv4Address> groups;
	for (unsigned i = 0; i < 400; ++i)
		groups.push_back({{239, 1, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)}});
	// 24 bytes of IP header, 8 of IGMP, 8 a record: 183 records make 1496 bytes.
	const auto frames = igmp_v3_reports({kMac}, ip4("192.0.2.7"), groups, 1500);
	REQUIRE(frames.size() == 3);
	CHECK(frames[0].size() == 14 + 1496);
	CHECK(frames[1].size() == 14 + 1496);
	CHECK(frames[2].size() == 14 + 32 + 8 * (400 - 2 * 183));
	CHECK(igmp_v3_reports({kMac}, ip4("192.0.2.7"), std::span(groups).first(183), 1496).size() == 1);
	CHECK(igmp_v3_reports({kMac}, ip4("192.0.2.7"), std::span(groups).first(183), 1495).size() == 2);
	CHECK(igmp_v3_reports({kMac}, ip4("192.0.2.7"), {}, 1500).empty());
}

TEST_CASE("MLDv2 reports are split so that no packet passes the MTU") {
	std::vector<Ipv6Address> groups(100, ip6("ff0e::1"));
	// 40 bytes of IPv6 header, 8 hop by hop, 8 of MLD, 20 a record: 72 records make 1496 bytes.
	const auto frames = mld_v2_reports({kMac}, Ipv6Address{}, groups, 1500);
	REQUIRE(frames.size() == 2);
	CHECK(frames[0].size() == 14 + 1496);
	CHECK(frames[1].size() == 14 + 56 + 20 * 28);
	CHECK(mld_v2_reports({kMac}, Ipv6Address{}, std::span(groups).first(72), 1495).size() == 2);
	CHECK(mld_v2_reports({kMac}, Ipv6Address{}, {}, 1500).empty());
}

TEST_CASE("An MTU too small for one record still lets every group out") {
	const std::vector groups{ip4("233.1.2.3"), ip4("233.1.2.4")};
	for (const std::size_t mtu : {0, 39, 40, 47})
		CHECK(igmp_v3_reports({kMac}, Ipv4Address{}, groups, mtu).size() == 2);
	CHECK(igmp_v3_reports({kMac}, Ipv4Address{}, groups, 48).size() == 1);
}

TEST_CASE("A huge MTU does not overflow the length of the packet") {
	const std::vector<Ipv6Address> groups(4000, ip6("ff0e::1"));
	const auto frames = mld_v2_reports({kMac}, Ipv6Address{}, groups, 1 << 20);
	REQUIRE(frames.size() == 2);
	const auto payload = static_cast<std::size_t>(frames[0][18] << 8 | frames[0][19]);
	CHECK(frames[0].size() == 14 + 40 + payload);
}
