// SPDX-License-Identifier: GPL-2.0-only
#include "announce/plan.hpp"

#include "announce/announcement.hpp"
#include "hex.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace failover::announce;
using namespace failover::announce::test;
using failover::MacAddress;

namespace {

const MacAddress kGuest = mac("52:54:00:00:00:99");

std::vector<Announcement> read_all(const std::vector<Frame> &frames) {
	std::vector<Announcement> read;
	for (const auto &frame : frames)
		read.push_back(parse_announcement(frame).value());
	return read;
}

/// One word per frame: what, of which MAC or address, on which VLAN.
std::vector<std::string> story(const std::vector<Frame> &frames) {
	std::vector<std::string> lines;
	for (const auto &found : read_all(frames)) {
		auto line = std::string(to_string(found.kind)) + " ";
		if (found.kind == Kind::rarp)
			line += found.mac.to_string();
		else if (found.kind == Kind::gratuitous_arp)
			line += found.ipv4->to_string();
		else if (found.kind == Kind::neighbour_advert)
			line += found.ipv6->to_string();
		for (const auto &group : found.ipv4_groups)
			line += group.to_string() + " ";
		for (const auto &group : found.ipv6_groups)
			line += group.to_string() + " ";
		for (const auto &tag : found.tags)
			line += "@" + std::to_string(tag.vid);
		lines.push_back(line);
	}
	return lines;
}

Subject master() {
	return {.mac = kMac,
		.ipv4 = {ip4("192.0.2.7")},
		.ipv6 = {ip6("2001:db8::7"), ip6("fe80::7")},
		.ipv4_groups = {ip4("224.0.0.1"), ip4("239.1.1.1")},
		.ipv6_groups = {ip6("ff02::1"), ip6("ff02::1:ff00:7")},
		.extra_macs = {kGuest}};
}

} // namespace

TEST_CASE("A round begins with the untagged RARP of the main MAC and ends with groups") {
	const Subject vlan{.mac = kMac, .tags = {{.vid = 5}}, .ipv4 = {ip4("198.51.100.7")}};
	// The VLAN first in the list: the fewest tags still lead.
	CHECK(story(frames_for({vlan, master()})) ==
	      std::vector<std::string>{"RARP 52:54:00:12:34:56", "RARP 52:54:00:12:34:56@5", "RARP 52:54:00:00:00:99",
				       "gratuitous ARP 192.0.2.7", "neighbour advertisement 2001:db8::7",
				       "neighbour advertisement fe80::7", "gratuitous ARP 198.51.100.7@5",
				       "IGMPv3 report 239.1.1.1 ", "MLDv2 report ff02::1:ff00:7 "});
}

TEST_CASE("The same subjects always give the same frames") {
	CHECK(frames_for({master()}) == frames_for({master()}));
}

TEST_CASE("Reports come from an address of the subject where it has one") {
	const auto read = read_all(frames_for({master()}));
	CHECK(read[read.size() - 2].ipv4 == ip4("192.0.2.7"));
	CHECK(read.back().ipv6 == ip6("fe80::7")); // not the global address

	auto bare = master();
	bare.ipv4.clear();
	bare.ipv6 = {ip6("2001:db8::7")};
	const auto bare_read = read_all(frames_for({bare}));
	CHECK(bare_read[bare_read.size() - 2].ipv4 == Ipv4Address{});
	CHECK(bare_read.back().ipv6 == Ipv6Address{});
}

TEST_CASE("Nothing is sent from or about a MAC whose notification is off") {
	CHECK(story(frames_for({master()}, Options{.notify_off_macs = {kMac}})) ==
	      std::vector<std::string>{"RARP 52:54:00:00:00:99"});
	for (const auto &found : read_all(frames_for({master()}, Options{.notify_off_macs = {kGuest}})))
		CHECK(found.mac == kMac);
	CHECK(frames_for({master()}, Options{.notify_off_macs = {kMac, kGuest}}).empty());
}

TEST_CASE("What asks for the same frame gets it once") {
	auto subject = master();
	subject.extra_macs = {kGuest, kMac, kGuest};
	subject.ipv4 = {ip4("192.0.2.7"), ip4("192.0.2.7")};
	subject.ipv4_groups = {ip4("239.1.1.1"), ip4("239.1.1.1")};
	const auto frames = frames_for({subject, subject});
	CHECK(std::set<Frame>(frames.begin(), frames.end()).size() == frames.size());
	CHECK(frames == frames_for({master()}));
}

TEST_CASE("Addresses and groups that must not be announced are left out") {
	const Subject subject{
	    .mac = kMac,
	    .ipv4 = {ip4("0.0.0.0"), ip4("127.0.0.1"), ip4("239.1.1.1")},
	    .ipv6 = {ip6("::"), ip6("::1"), ip6("ff02::1")},
	    .ipv4_groups = {ip4("224.0.0.1"), ip4("192.0.2.1")},
	    .ipv6_groups = {ip6("ff02::1"), ip6("ff00::5"), ip6("ff11::5"), ip6("2001:db8::1")},
	    .extra_macs = {MacAddress{}, mac("01:00:5e:00:00:05"), failover::kBroadcastMac},
	};
	CHECK(story(frames_for({subject})) == std::vector<std::string>{"RARP 52:54:00:12:34:56"});
	CHECK(frames_for({Subject{.mac = MacAddress{}, .ipv4 = {ip4("192.0.2.7")}}}).empty());
	CHECK(frames_for({}).empty());
}

TEST_CASE("The router flag of the subject goes out in its advertisements") {
	auto subject = master();
	for (const bool router : {false, true}) {
		subject.router = router;
		for (const auto &found : read_all(frames_for({subject})))
			if (found.kind == Kind::neighbour_advert)
				CHECK(found.router == router);
	}
}

TEST_CASE("An IGMPv2 querier gets one report per group") {
	auto subject = master();
	subject.ipv4_groups = {ip4("239.1.1.1"), ip4("239.1.1.2")};
	subject.ipv6_groups = {};
	auto lines = story(frames_for({subject}, Options{.igmp = IgmpVersion::v2}));
	lines.erase(lines.begin(), lines.end() - 2);
	CHECK(lines == std::vector<std::string>{"IGMPv2 report 239.1.1.1 ", "IGMPv2 report 239.1.1.2 "});
}

TEST_CASE("The MTU of the options splits reports") {
	auto subject = master();
	subject.ipv4_groups.clear();
	for (unsigned i = 0; i < 100; ++i)
		subject.ipv4_groups.push_back({{239, 0, 0, static_cast<std::uint8_t>(i)}});
	const auto whole = frames_for({subject}).size();
	CHECK(frames_for({subject}, Options{.mtu = 432}).size() ==
	      whole + 1); // 50 records of 8 bytes, 32 bytes of headers
	CHECK(frames_for({subject}, Options{.mtu = 424}).size() == whole + 2);
}

TEST_CASE("Thousands of addresses leave in bounded batches, none lost, order kept") {
	Subject subject{.mac = kMac};
	for (unsigned i = 1; i <= 5000; ++i)
		subject.ipv4.push_back(
		    {{10, 0, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i & 0xff)}});
	const auto frames = frames_for({subject});
	REQUIRE(frames.size() == 5001);

	Batches batches(frames);
	CHECK(batches.remaining() == 5001);
	std::vector<Frame> sent;
	while (!batches.done()) {
		const auto batch = batches.take();
		REQUIRE_FALSE(batch.empty());
		REQUIRE(batch.size() <= Batches::kFrames);
		sent.insert(sent.end(), batch.begin(), batch.end());
		CHECK(batches.remaining() == 5001 - sent.size());
	}
	CHECK(sent == frames);
	CHECK(batches.take().empty());
}

TEST_CASE("A batch is bounded in bytes, too, yet a single long frame gets out") {
	Batches batches({Frame(20000), Frame(20000), Frame(50000), Frame(60)});
	CHECK(batches.take().size() == 1);
	CHECK(batches.take().size() == 1);
	CHECK(batches.take().size() == 1);
	CHECK(batches.take().size() == 1);
	CHECK(batches.done());
	CHECK(Batches().done());
}
