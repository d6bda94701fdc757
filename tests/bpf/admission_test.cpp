// SPDX-License-Identifier: GPL-2.0-only
// admit(): which frames reach the master. The tc and the XDP program must agree on what is dropped.
#include "datapath.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <cstring>
#include <linux/bpf.h>

using namespace failover;
using namespace failover::test;

namespace {

constexpr unsigned kStandby = 0, kPrimary = 1; // the primary is active
const MacAddress kGroup = *MacAddress::parse("01:00:5e:00:00:fb");

struct Case {
	const char *sentence;
	unsigned slot;
	Packet packet;
	bool accepted;
	__u64 fom_stats::*counter;
};

const Case kCases[] = {
    {"unicast by the active slave", kPrimary, frame(kMasterMac, kPeerMac), true, &fom_stats::rx_packets},
    {"unicast by the other slave: never dropped for coming the wrong way", kStandby, frame(kMasterMac, kPeerMac), true,
     &fom_stats::rx_packets},
    {"unicast for somebody above the master", kStandby, frame(*MacAddress::parse("52:54:00:00:00:99"), kPeerMac), true,
     &fom_stats::rx_packets},
    {"broadcast by the active slave", kPrimary, frame(kBroadcastMac, kPeerMac, 0x0806), true, &fom_stats::rx_packets},
    {"broadcast by the other slave alone", kStandby, frame(kBroadcastMac, kPeerMac, 0x0806), true,
     &fom_stats::rx_packets},
    {"multicast by the active slave", kPrimary, frame(kGroup, kPeerMac), true, &fom_stats::rx_packets},
    {"multicast by the other slave alone", kStandby, frame(kGroup, kPeerMac), true, &fom_stats::rx_packets},
    {"what is between the other slave and its port", kStandby,
     frame(*MacAddress::parse("01:80:c2:00:00:0e"), kPeerMac, 0x88cc), false, &fom_stats::rx_duplicate},
    {"our own broadcast, sent back to the other slave", kStandby, frame(kBroadcastMac, kMasterMac), false,
     &fom_stats::rx_reflected},
    {"our own broadcast, sent back to the active slave", kPrimary, frame(kBroadcastMac, kMasterMac), false,
     &fom_stats::rx_reflected},
    {"our own unicast, sent back", kPrimary, frame(kMasterMac, kMasterMac), false, &fom_stats::rx_reflected},
    {"a foreign frame with the EtherType of probes while none is awaited", kPrimary,
     frame(kMasterMac, kPeerMac, FOM_PROBE_ETHERTYPE), true, &fom_stats::rx_packets},
};

/// As daemon/failoverd/network/prober.cpp builds it.
Packet probe(unsigned slot, std::uint64_t nonce) {
	auto packet = frame(kBroadcastMac, kPeerMac, FOM_PROBE_ETHERTYPE);
	const fom_probe content{{FOM_PROBE_MAGIC}, FOM_ABI_VERSION, static_cast<std::uint8_t>(slot), {}, nonce};
	std::memcpy(packet.data() + 14, &content, sizeof(content));
	return packet;
}

} // namespace

TEST_CASE("Each kind of frame by each slave reaches the master or is counted as what it is") {
	for (const auto &one : kCases) {
		Datapath path;
		CAPTURE(one.sentence);
		CHECK(path.receive(one.slot, one.packet) == (one.accepted ? kRedirect : kDrop));
		const auto stats = path.stats(one.slot);
		CHECK(stats.*one.counter == 1);
		CHECK(stats.rx_packets + stats.rx_duplicate + stats.rx_reflected == 1);
		CHECK(stats.rx_bytes == (one.accepted ? one.packet.size() : 0));
	}
}

TEST_CASE("XDP drops what tc would drop, counts it, and passes the rest to tc") {
	for (const auto &one : kCases) {
		Datapath path;
		CAPTURE(one.sentence);
		CHECK(path.receive_xdp(one.slot, one.packet) == (one.accepted ? XDP_PASS : XDP_DROP));
		CHECK(path.stats(one.slot).*one.counter == (one.accepted ? 0 : 1));
	}
}

/// The same, with another content for each number.
Packet numbered(Packet packet, unsigned number) {
	std::memcpy(packet.data() + packet.size() - sizeof(number), &number, sizeof(number));
	return packet;
}

const Packet kBroadcast = frame(kBroadcastMac, kPeerMac, 0x0806), kUnicast = frame(kMasterMac, kPeerMac);

TEST_CASE("A group frame that comes by both slaves enters by the first that brings it") {
	for (const bool xdp : {false, true})
		for (const unsigned first : {kStandby, kPrimary}) {
			CAPTURE(xdp, first);
			Datapath path;
			const auto accepted = [&](unsigned slot) {
				return xdp ? path.receive_xdp(slot, kBroadcast) == XDP_PASS
					   : path.receive(slot, kBroadcast) == kRedirect;
			};
			CHECK(accepted(first));
			CHECK_FALSE(accepted(1 - first));
		}
}

TEST_CASE("Once one has come by both, group frames are taken from the active slave alone, of that kind") {
	Datapath path;
	(void)path.receive(kStandby, kBroadcast);
	(void)path.receive(kPrimary, kBroadcast);
	CHECK(path.receive(kStandby, numbered(kBroadcast, 1)) == kDrop);
	CHECK(path.receive(kPrimary, numbered(kBroadcast, 1)) == kRedirect);
	CHECK(path.receive(kPrimary, numbered(kBroadcast, 2)) == kRedirect);
	CHECK(path.receive(kStandby, frame(kGroup, kPeerMac)) == kRedirect);
	// Another slave is active: it may be served otherwise.
	path.master().active = kStandby;
	++path.master().switched_ns;
	CHECK(path.receive(kPrimary, numbered(kBroadcast, 3)) == kRedirect);
	CHECK(path.receive(kStandby, numbered(kBroadcast, 3)) == kDrop);
}

TEST_CASE("What one sender's come by says nothing of another's") {
	const auto other = frame(kBroadcastMac, *MacAddress::parse("52:54:00:00:00:98"), 0x0806);
	Datapath path;
	(void)path.receive(kStandby, kBroadcast);
	(void)path.receive(kPrimary, kBroadcast);
	for (unsigned number = 1; number < 20; ++number) {
		CHECK(path.receive(kStandby, numbered(other, number)) == kRedirect);
		CHECK(path.receive(kStandby, numbered(kBroadcast, number)) == kDrop);
		CHECK(path.receive(kPrimary, numbered(kBroadcast, number)) == kRedirect);
	}
}

TEST_CASE("What an XDP program has let through is not asked about again") {
	Datapath path;
	for (auto &slot : path.master().slots)
		slot.early = 1;
	CHECK(path.receive_xdp(kStandby, kBroadcast) == XDP_PASS);
	CHECK(path.receive_xdp(kPrimary, kBroadcast) == XDP_DROP);
	CHECK(path.receive(kStandby, kBroadcast) == kRedirect);
}

TEST_CASE("An active slave that is served no more is not waited for, one that is late is") {
	Datapath path;
	(void)path.receive(kStandby, kBroadcast);
	(void)path.receive(kPrimary, kBroadcast);
	unsigned number = 1;
	for (; number < 200; ++number)
		CHECK(path.receive(kStandby, numbered(kBroadcast, number)) == kDrop);
	SECTION("late") {
		for (number = 1; number < 200; ++number)
			CHECK(path.receive(kPrimary, numbered(kBroadcast, number)) == kRedirect);
	}
	SECTION("served no more") {
		const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
		bool heard = false;
		while (!heard && std::chrono::steady_clock::now() < deadline)
			heard = path.receive(kStandby, numbered(kBroadcast, ++number)) == kRedirect;
		CHECK(heard);
	}
}

TEST_CASE(
    "Where others stand behind the master, group frames are the active slave's alone: theirs come back by the other") {
	Datapath path;
	path.master().others = 1;
	CHECK(path.receive(kStandby, kBroadcast) == kDrop);
	CHECK(path.receive(kPrimary, kBroadcast) == kRedirect);
	CHECK(path.receive(kStandby, kUnicast) == kRedirect);
}

TEST_CASE("Unicast is compared from the first on that comes by another slave") {
	for (const bool xdp : {false, true}) {
		CAPTURE(xdp);
		Datapath path;
		const auto accepted = [&](unsigned slot, unsigned number) {
			const auto packet = numbered(kUnicast, number);
			return xdp ? path.receive_xdp(slot, packet) == XDP_PASS
				   : path.receive(slot, packet) == kRedirect;
		};
		CHECK(accepted(kPrimary, 1));
		CHECK(path.master().wary == 0);
		CHECK(accepted(kStandby, 1)); // nobody had looked at the other
		CHECK(path.master().wary == 1);
		CHECK(accepted(kPrimary, 2));
		CHECK_FALSE(accepted(kStandby, 2));
		CHECK(accepted(kStandby, 3));
		CHECK_FALSE(accepted(kPrimary, 3));
	}
}

TEST_CASE("What the same slave brings again was sent again") {
	Datapath path;
	for (int i = 0; i < 3; ++i)
		CHECK(path.receive(kStandby, kUnicast) == kRedirect);
	for (int i = 0; i < 3; ++i)
		CHECK(path.receive(kStandby, kBroadcast) == kRedirect);
	// One copy is one: what comes after it was sent again too.
	CHECK(path.receive(kPrimary, kUnicast) == kDrop);
	CHECK(path.receive(kPrimary, kUnicast) == kRedirect);
}

TEST_CASE("Two copies may differ in their sums and in what fills them up; other frames differ elsewhere") {
	auto short_one = frame(kBroadcastMac, kPeerMac, 0x0806);
	short_one.resize(42);
	Packet udp = frame(kMasterMac, kPeerMac);
	udp[14] = 0x45;
	udp[23] = 17;
	Packet summed = udp, other_port = udp, options = udp, options_summed;
	summed[40] = 0x12;
	summed[41] = 0x34;
	other_port[37] = 1;
	options[14] = 0x46;
	options_summed = options;
	options_summed[44] = 1;
	Packet long_one = udp, other_end;
	long_one.resize(200);
	other_end = long_one;
	other_end.back() = 1;
	struct Pair {
		const char *sentence;
		Packet one, other;
		bool same;
	};
	const Pair pairs[] = {
	    {"filled up to 60 bytes", short_one, frame(kBroadcastMac, kPeerMac, 0x0806), true},
	    {"with and without a sum", udp, summed, true},
	    {"with and without a sum behind options", options, options_summed, true},
	    {"long", long_one, long_one, true},
	    {"for another port", udp, other_port, false},
	    {"with another end", long_one, other_end, false},
	    {"the sum's place without options", options, summed, false},
	};
	for (const auto &pair : pairs) {
		CAPTURE(pair.sentence);
		Datapath path;
		CHECK(path.receive(kStandby, pair.one) == kRedirect);
		CHECK(path.receive(kPrimary, pair.other) == (pair.same ? kDrop : kRedirect));
	}
}

TEST_CASE("A frame at a device that is no slave is left to the kernel") {
	Datapath path;
	CHECK(path.receive_on(1, frame(kMasterMac, kPeerMac)) == kNext);
}

TEST_CASE("Our address sent by another port is reported by the slave whose place it takes, and not for each frame") {
	for (const bool xdp : {false, true}) {
		CAPTURE(xdp);
		Datapath path;
		const auto ours = frame(kBroadcastMac, kMasterMac, 0x8035);
		const auto receive = [&](unsigned slot) {
			return xdp ? path.receive_xdp(slot, ours) : path.receive(slot, ours);
		};
		// What the active slave sends comes back by the others.
		(void)receive(kStandby);
		CHECK(path.events().empty());
		for (int i = 0; i < 100; ++i)
			(void)receive(kPrimary);
		const auto events = path.events();
		REQUIRE(events.size() == 10);
		CHECK(events[0].type == FOM_EVENT_MOVED);
		CHECK(events[0].from == kPrimary);
		CHECK(path.master().active == kPrimary);
	}
}

TEST_CASE("A probe is reported with where it left and where it came in, by any slave, and goes no further") {
	Datapath path;
	path.master().probe_nonce = 0x1122334455667788;
	CHECK(path.receive(kStandby, probe(kPrimary, 0x1122334455667788)) == kDrop);
	CHECK(path.receive(kPrimary, probe(kStandby, 0x1122334455667788)) == kDrop);
	const auto events = path.events();
	REQUIRE(events.size() == 2);
	CHECK(events[0].type == FOM_EVENT_PROBE);
	CHECK(events[0].from == kPrimary);
	CHECK(events[0].to == kStandby);
	CHECK(events[1].from == kStandby);
	CHECK(events[1].to == kPrimary);
	CHECK(path.receive_xdp(kStandby, probe(kPrimary, 0x1122334455667788)) == XDP_PASS);
}

TEST_CASE("A probe that is not ours proves nothing") {
	struct Forgery {
		const char *sentence;
		Packet packet;
	};
	auto magic = probe(kPrimary, 7), version = probe(kPrimary, 7);
	magic[14] ^= 1;
	version[18] ^= 1;
	auto cut = probe(kPrimary, 7);
	cut.resize(14 + sizeof(fom_probe) - 1);
	const Forgery forgeries[] = {
	    {"wrong nonce", probe(kPrimary, 8)},
	    {"wrong magic", magic},
	    {"wrong version", version},
	    {"slot out of range", probe(FOM_MAX_SLAVES, 7)},
	    {"the slave's own, reflected", probe(kStandby, 7)},
	    {"cut off in the nonce", cut},
	};
	for (const auto &forgery : forgeries) {
		Datapath path;
		CAPTURE(forgery.sentence);
		path.master().probe_nonce = 7;
		CHECK(path.receive(kStandby, forgery.packet) == kDrop);
		CHECK(path.events().empty());
	}
}
