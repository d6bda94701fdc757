// SPDX-License-Identifier: GPL-2.0-only
// fom_adopt_steer at the kernel's own net_failover: it leaves alone what has no queue that loses frames, for who
// listens there does not see what is turned.
#include "datapath.hpp"

#include <catch2/catch.hpp>

using namespace failover::test;

namespace {

constexpr unsigned kStandby = 0, kPrimary = 1;
const failover::MacAddress kNearestBridge{{0x01, 0x80, 0xc2, 0x00, 0x00, 0x0e}};
const Packet kOutgoing = frame(kPeerMac, kMasterMac);

} // namespace

TEST_CASE("net_failover chooses for itself while all queues work") {
	Datapath path;
	path.adopt();
	path.master().active = GENERATE(kStandby, kPrimary);
	SECTION("a queue of their own") {
		path.give_queue(kPrimary);
	}
	SECTION("none, which is the kernel's own kind too") {}
	SECTION("no link") {
		path.set_carrier(kPrimary, false);
	}
	SECTION("closed, its queues do not work, but net_failover does not choose it") {
		path.give_queue(kPrimary);
		path.set_up(kPrimary, false);
	}
	SECTION("gone") {
		path.remove(kPrimary);
	}
	CHECK(path.send_adopted(kOutgoing) == kNext);
}

TEST_CASE("A primary whose link has come before its queues work does not get to lose frames") {
	Datapath path;
	path.adopt();
	path.give_queue(kPrimary);
	bool turned = false;
	// linkwatch_event() is on its way, and now and then here first.
	for (int round = 0; round < 2000 && !turned; ++round) {
		path.set_carrier(kPrimary, false);
		path.set_carrier(kPrimary, true);
		turned = path.send_adopted(kOutgoing) == kRedirect;
	}
	CHECK(turned);
}

TEST_CASE("A device that is nobody's master, and a frame for the link alone, are none of its business") {
	Datapath path;
	path.adopt();
	CHECK(path.send_adopted(frame(kNearestBridge, kMasterMac)) == kNext);
	path.master().visible = 0;
	CHECK(path.send_adopted(kOutgoing) == kNext);
}
