// SPDX-License-Identifier: GPL-2.0-only
#include "announce/announcement.hpp"

#include "announce/arp_frames.hpp"
#include "announce/checksum.hpp"
#include "announce/group_reports.hpp"
#include "announce/neighbour_frames.hpp"
#include "hex.hpp"

#include <catch2/catch.hpp>

using namespace failover::announce;
using namespace failover::announce::test;
using Catch::Matchers::Contains;

namespace {

const std::vector<Ipv4Address> kGroups4{ip4("233.1.2.3"), ip4("239.138.11.12")};
const std::vector<Ipv6Address> kGroups6{ip6("ff02::1:ff00:7"), ip6("ff0e::a:b0c")};
const VlanStack kQinQ{{.vid = 100, .tpid = kTpidService}, {.vid = 7, .tpid = kTpidCustomer, .priority = 6}};

std::vector<Frame> one_of_each(const Origin &origin) {
	return {rarp_frame(origin),
		gratuitous_arp_frame(origin, ip4("192.0.2.7")),
		neighbour_advert_frame(origin, ip6("2001:db8::7"), true),
		igmp_v2_report(origin, ip4("192.0.2.7"), kGroups4[0]),
		igmp_v3_reports(origin, ip4("192.0.2.7"), kGroups4, 1500).at(0),
		mld_v2_reports(origin, ip6("fe80::1"), kGroups6, 1500).at(0)};
}

std::string refusal(const Frame &frame) {
	const auto found = parse_announcement(frame);
	return found ? "taken as " + std::string(to_string(found->kind)) : found.error().message;
}

/// The frame with `bytes` written over it at `at`.
Frame with(Frame frame, std::size_t at, const Frame &bytes) {
	std::copy(bytes.begin(), bytes.end(), frame.begin() + static_cast<std::ptrdiff_t>(at));
	return frame;
}

/// An untagged ICMPv6 frame whose message (from `at`) got its right checksum again.
Frame resealed6(Frame frame, std::size_t at) {
	Ipv6Address source, destination;
	std::copy_n(frame.begin() + 22, 16, source.bytes.begin());
	std::copy_n(frame.begin() + 38, 16, destination.bytes.begin());
	frame = with(std::move(frame), at + 2, hex("0000"));
	const auto message = std::span(frame).subspan(at);
	const auto sum = internet_checksum(
	    message, icmp6_pseudo_sum(source, destination, static_cast<std::uint32_t>(message.size())));
	return with(std::move(frame), at + 2, {static_cast<std::uint8_t>(sum >> 8), static_cast<std::uint8_t>(sum)});
}

/// The same for the two checksums of an untagged IGMP frame.
Frame resealed4(Frame frame) {
	const std::size_t header = (frame[14] & 0x0f) * 4U;
	const std::size_t total = frame[16] << 8U | frame[17];
	for (const auto &[begin, size, at] : {std::tuple{std::size_t{14}, header, std::size_t{24}},
					      std::tuple{14 + header, total - header, 14 + header + 2}}) {
		frame = with(std::move(frame), at, hex("0000"));
		const auto sum = internet_checksum(std::span(frame).subspan(begin, size));
		frame =
		    with(std::move(frame), at, {static_cast<std::uint8_t>(sum >> 8), static_cast<std::uint8_t>(sum)});
	}
	return frame;
}

} // namespace

TEST_CASE("Every announcement is read back as it was meant, whatever its tags") {
	for (const auto &tags : {VlanStack{}, VlanStack{{.vid = 5}}, kQinQ}) {
		const auto frames = one_of_each({kMac, tags});
		std::vector<Announcement> read;
		for (const auto &frame : frames) {
			auto found = parse_announcement(frame);
			REQUIRE(found);
			CHECK(found->source == kMac);
			CHECK(found->mac == kMac);
			CHECK(found->tags == tags);
			read.push_back(*found);
		}
		CHECK(read[0].kind == Kind::rarp);
		CHECK(read[0].destination == failover::kBroadcastMac);
		CHECK_FALSE(read[0].ipv4);
		CHECK(read[1].kind == Kind::gratuitous_arp);
		CHECK(read[1].ipv4 == ip4("192.0.2.7"));
		CHECK(read[2].kind == Kind::neighbour_advert);
		CHECK(read[2].ipv6 == ip6("2001:db8::7"));
		CHECK(read[2].router);
		CHECK(read[2].override_cache);
		CHECK(read[3].kind == Kind::igmp_v2_report);
		CHECK(read[3].ipv4_groups == std::vector{kGroups4[0]});
		CHECK(read[3].destination == mac("01:00:5e:01:02:03"));
		CHECK(read[4].kind == Kind::igmp_v3_report);
		CHECK(read[4].ipv4_groups == kGroups4);
		CHECK(read[4].ipv4 == ip4("192.0.2.7"));
		CHECK(read[5].kind == Kind::mld_v2_report);
		CHECK(read[5].ipv6_groups == kGroups6);
		CHECK(read[5].ipv6 == ip6("fe80::1"));
	}
}

TEST_CASE("A frame cut anywhere before its end is refused, never read beyond") {
	for (const auto &frame : one_of_each({kMac, kQinQ})) {
		const auto found = parse_announcement(frame);
		REQUIRE(found);
		// ARP and IGMPv2 frames end in padding that may be missing.
		std::size_t needed = frame.size();
		if (found->kind == Kind::rarp || found->kind == Kind::gratuitous_arp)
			needed = 22 + 28;
		if (found->kind == Kind::igmp_v2_report)
			needed = 22 + 24 + 8;
		for (std::size_t size = 0; size < needed; ++size) {
			// A copy of its own, so that a sanitizer sees a read past it.
			const Frame cut(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size));
			CHECK_FALSE(parse_announcement(cut));
		}
		CHECK(parse_announcement(std::span(frame).first(needed)));
	}
}

TEST_CASE("One flipped bit under a checksum is noticed") {
	for (const auto &frame : one_of_each({kMac})) {
		const auto found = parse_announcement(frame);
		REQUIRE(found);
		std::size_t begin = 14, end = frame.size();
		if (found->kind == Kind::rarp || found->kind == Kind::gratuitous_arp)
			continue;
		if (found->kind == Kind::igmp_v2_report)
			end = 14 + 32;
		if (found->kind == Kind::neighbour_advert)
			begin = 14 + 8; // traffic class and flow label are under no checksum
		if (found->kind == Kind::mld_v2_report)
			begin = 14 + 40 + 8;
		for (std::size_t i = begin; i < end; ++i) {
			auto broken = frame;
			broken[i] ^= 0x04;
			INFO(to_string(found->kind) << ", byte " << i);
			CHECK_FALSE(parse_announcement(broken));
		}
	}
}

TEST_CASE("A gratuitous ARP in the form of a reply is one as well") {
	const auto found = parse_announcement(hex("ffffffffffff 525400123456 0806"
						  "0001 0800 06 04 0002"
						  "525400123456 c0000207 ffffffffffff c0000207"));
	REQUIRE(found);
	CHECK(found->kind == Kind::gratuitous_arp);
	CHECK(found->ipv4 == ip4("192.0.2.7"));
}

TEST_CASE("ARP that announces nothing is told from a gratuitous one") {
	const auto garp = gratuitous_arp_frame({kMac}, ip4("192.0.2.7"));
	CHECK(refusal(with(garp, 38, hex("c0000209"))) ==
	      "byte 38: ARP for 192.0.2.9 from 192.0.2.7, a gratuitous one is for its sender");
	CHECK_THAT(refusal(with(garp, 20, hex("0009"))), Contains("byte 20: ARP operation 9"));
	CHECK_THAT(refusal(with(garp, 14, hex("0006"))), Contains("byte 14") && Contains("expected IPv4 to Ethernet"));
	CHECK_THAT(refusal(with(with(garp, 28, hex("00000000")), 38, hex("00000000"))), Contains("0.0.0.0"));
	CHECK_THAT(refusal(with(garp, 22, hex("000000000000"))), Contains("byte 22: ARP sender 00:00:00:00:00:00"));
	const auto rarp = rarp_frame({kMac});
	CHECK_THAT(refusal(with(rarp, 20, hex("0004"))), Contains("byte 20: RARP operation 4"));
	CHECK_THAT(refusal(with(rarp, 32, hex("525400000001"))), Contains("byte 32: RARP asks for 52:54:00:00:00:01"));
}

TEST_CASE("Other frames are refused by what they are") {
	const auto rarp = rarp_frame({kMac});
	CHECK(refusal(with(rarp, 12, hex("88cc"))) == "byte 12: EtherType 0x88cc, expected ARP, RARP, IPv4 or IPv6");
	CHECK_THAT(refusal(with(rarp, 6, hex("01"))), Contains("byte 6: source 01:54:00:12:34:56"));
	CHECK(refusal({}) == "byte 0: ends inside the Ethernet header");
	CHECK(refusal(hex("ffffffffffff 525400123456 8100 0005 8100")) == "byte 18: ends inside the Ethernet header");
}

TEST_CASE("A neighbour advertisement must keep the rules of RFC 4861") {
	const auto advert = neighbour_advert_frame({kMac}, ip6("2001:db8::7"));
	constexpr std::size_t kMessage = 14 + 40;
	const auto changed = [&](std::size_t at, std::string_view bytes) {
		return refusal(resealed6(with(advert, at, hex(bytes)), kMessage));
	};
	REQUIRE(refusal(resealed6(advert, kMessage)) == "taken as neighbour advertisement");
	CHECK_THAT(changed(14 + 7, "fe"), Contains("byte 21: hop limit 254"));
	CHECK_THAT(changed(kMessage + 1, "01"), Contains("code 1"));
	CHECK_THAT(changed(kMessage + 4, "60"), Contains("solicited"));
	CHECK_THAT(changed(14 + 24, "fe80"), Contains("solicited"));
	CHECK_THAT(changed(kMessage + 8, "ff02"), Contains("expected a unicast address"));
	CHECK_THAT(changed(kMessage + 24, "01"), Contains("without a target link-layer address"));
	CHECK_THAT(changed(kMessage + 25, "00"), Contains("option 2 of 0 bytes"));
	CHECK_THAT(changed(kMessage + 25, "02"), Contains("option 2 of 16 bytes"));
	CHECK_THAT(changed(kMessage + 26, "01"), Contains("link-layer address 01:54:00:12:34:56"));
	CHECK_THAT(changed(kMessage, "87"), Contains("ICMPv6 type 135"));
	CHECK_THAT(refusal(with(advert, 14 + 6, hex("11"))), Contains("next header 17"));
	CHECK_THAT(refusal(with(advert, 14, hex("40"))), Contains("IP version 4, expected 6"));
	CHECK_THAT(refusal(with(advert, 14 + 4, hex("0021"))), Contains("payload of 33 bytes, there are 32"));
}

TEST_CASE("An option unknown to us does not hide the one we look for") {
	// Nonce option (14) of 8 bytes before the target link-layer address.
	auto advert = neighbour_advert_frame({kMac}, ip6("2001:db8::7"));
	const auto nonce = hex("0e 01 010203040506");
	advert.insert(advert.begin() + 14 + 40 + 24, nonce.begin(), nonce.end());
	advert = with(std::move(advert), 14 + 4, hex("0028"));
	const auto found = parse_announcement(resealed6(advert, 14 + 40));
	REQUIRE(found);
	CHECK(found->mac == kMac);
}

TEST_CASE("An MLD report that a snooping switch would ignore is refused") {
	const auto report = mld_v2_reports({kMac}, ip6("fe80::1"), kGroups6, 1500).at(0);
	constexpr std::size_t kMessage = 14 + 40 + 8;
	CHECK_THAT(refusal(with(report, 14 + 7, hex("02"))), Contains("hop limit 2 and a Router Alert"));
	CHECK_THAT(refusal(with(report, 14 + 40 + 2, hex("06"))), Contains("no Router Alert"));
	CHECK_THAT(refusal(with(report, 14 + 40 + 3, hex("05"))), Contains("option 5 does not fit"));
	CHECK_THAT(refusal(with(report, 14 + 40 + 1, hex("09"))), Contains("ends inside the hop-by-hop header"));
	CHECK_THAT(refusal(resealed6(with(report, 14 + 8, hex("2001")), kMessage)), Contains("MLD from 2001::1"));
	CHECK_THAT(refusal(resealed6(with(report, kMessage + 7, hex("03")), kMessage)),
		   Contains("ends inside the 3 records"));
	CHECK_THAT(refusal(resealed6(with(report, kMessage + 8 + 4, hex("20")), kMessage)),
		   Contains("record 1 joins 2002::"));
}

TEST_CASE("Only records that want a group count as joining") {
	const auto report = igmp_v3_reports({kMac}, ip4("192.0.2.7"), kGroups4, 1500).at(0);
	constexpr std::size_t kFirstRecord = 14 + 24 + 8;
	const auto joined = [&](std::string_view type) {
		const auto found = parse_announcement(resealed4(with(report, kFirstRecord, hex(type))));
		REQUIRE(found);
		return found->ipv4_groups.size() == 2;
	};
	CHECK(joined("02"));       // MODE_IS_EXCLUDE
	CHECK(joined("04"));       // CHANGE_TO_EXCLUDE_MODE
	CHECK_FALSE(joined("01")); // MODE_IS_INCLUDE of nobody
	CHECK_FALSE(joined("03")); // CHANGE_TO_INCLUDE_MODE of nobody: leaving
	CHECK_FALSE(joined("05"));
	CHECK_FALSE(joined("06"));
	CHECK_FALSE(joined("07")); // unknown: skipped
	const auto leaving = with(with(report, kFirstRecord, hex("03")), kFirstRecord + 8, hex("03"));
	CHECK_THAT(refusal(resealed4(leaving)), Contains("joins no group"));
}

TEST_CASE("Sources and auxiliary data of a record are stepped over") {
	// One record of 233.1.2.3 including two sources, with one word of auxiliary data, then 239.138.11.12.
	const auto frame = resealed4(hex("01005e000016 525400123456 0800"
					 "46 c0 003c 0000 4000 01 02 0000 c0000207 e0000016 94040000"
					 "22 00 0000 0000 0002"
					 "01 01 0002 e9010203 0a000001 0a000002 01020304"
					 "04 00 0000 ef8a0b0c"));
	const auto found = parse_announcement(frame);
	REQUIRE(found);
	CHECK(found->ipv4_groups == kGroups4);
	CHECK_THAT(refusal(resealed4(with(frame, 14 + 24 + 8 + 2, hex("0006")))),
		   Contains("ends inside the 2 records"));
}

TEST_CASE("IGMP must come whole, with TTL 1 and Router Alert") {
	const auto report = igmp_v2_report({kMac}, ip4("192.0.2.7"), kGroups4[0]);
	const auto changed = [&](std::size_t at, std::string_view bytes) {
		return refusal(resealed4(with(report, at, hex(bytes))));
	};
	CHECK_THAT(changed(14 + 8, "40"), Contains("byte 22: TTL 64"));
	CHECK_THAT(changed(14 + 9, "11"), Contains("byte 23: IPv4 protocol 17"));
	CHECK_THAT(changed(14 + 6, "2000"), Contains("byte 20: a fragment"));
	CHECK_THAT(changed(14 + 20, "01010101"), Contains("byte 34: IGMP report without the Router Alert"));
	CHECK_THAT(changed(14 + 20, "94050000"), Contains("option 148 does not fit"));
	CHECK_THAT(changed(14 + 20, "94010000"), Contains("option 148 does not fit"));
	CHECK_THAT(changed(14 + 20, "01010194"), Contains("option 148 does not fit"));
	CHECK_THAT(changed(14 + 24, "11"), Contains("IGMP type 0x11"));
	CHECK_THAT(changed(14 + 24 + 4, "e9010204"), Contains("IGMPv2 report of 233.1.2.4 sent to 233.1.2.3"));
	CHECK_THAT(refusal(with(report, 14, hex("44"))), Contains("header of 16 bytes"));
	CHECK_THAT(refusal(with(report, 14, hex("66"))), Contains("IP version 6"));
	CHECK_THAT(refusal(with(report, 14 + 2, hex("0017"))), Contains("byte 16: IPv4 length 23"));
	CHECK_THAT(refusal(with(report, 14 + 2, hex("0fff"))), Contains("byte 16: IPv4 length 4095"));
	CHECK_THAT(refusal(with(report, 14 + 24 + 2, hex("0000"))), Contains("wrong IGMP checksum"));
	CHECK_THAT(refusal(with(report, 14 + 10, hex("0000"))), Contains("wrong IPv4 header checksum"));
}
