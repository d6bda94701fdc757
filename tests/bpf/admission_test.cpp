// SPDX-License-Identifier: GPL-2.0-only
// admit(): which frames reach the master. The tc and the XDP program must agree on what is dropped.
#include "datapath.hpp"

#include <catch2/catch.hpp>
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
    {"the same broadcast by the other slave", kStandby, frame(kBroadcastMac, kPeerMac, 0x0806), false,
     &fom_stats::rx_duplicate},
    {"multicast by the active slave", kPrimary, frame(kGroup, kPeerMac), true, &fom_stats::rx_packets},
    {"multicast by the other slave", kStandby, frame(kGroup, kPeerMac), false, &fom_stats::rx_duplicate},
    {"our own broadcast, sent back to the other slave", kStandby, frame(kBroadcastMac, kMasterMac), false,
     &fom_stats::rx_reflected},
    {"our own broadcast, sent back to the active slave", kPrimary, frame(kBroadcastMac, kMasterMac), false,
     &fom_stats::rx_reflected},
    {"our own unicast, sent back", kPrimary, frame(kMasterMac, kMasterMac), false, &fom_stats::rx_reflected},
    {"a foreign frame with the EtherType of probes while none is awaited", kPrimary,
     frame(kMasterMac, kPeerMac, FOM_PROBE_ETHERTYPE), true, &fom_stats::rx_packets},
};

/// As daemon/failoverd/prober.cpp builds it.
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

TEST_CASE("Suppression follows the active state at once") {
	Datapath path;
	const auto broadcast = frame(kBroadcastMac, kPeerMac, 0x0806);
	path.master().active = kStandby;
	CHECK(path.receive(kStandby, broadcast) == kRedirect);
	CHECK(path.receive(kPrimary, broadcast) == kDrop);
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
