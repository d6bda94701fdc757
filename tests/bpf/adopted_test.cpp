// SPDX-License-Identifier: GPL-2.0-only
// fom_adopt_steer: what the kernel's own net_failover does not get to choose, and that it is no more than that: who
// listens at net_failover does not see what is turned there.
#include "datapath.hpp"

#include <catch2/catch.hpp>

using namespace failover::test;

namespace {

constexpr unsigned kStandby = 0, kPrimary = 1;
const Packet kOutgoing = frame(kPeerMac, kMasterMac);

} // namespace

TEST_CASE("A primary that nobody knows yet does not get what is for the standby") {
	Datapath path;
	path.adopt();
	path.master().active = kStandby;
	CHECK(path.send_adopted(kOutgoing) == kRedirect);
	SECTION("known, it has a program that turns frames itself") {
		path.enter_adopted(kPrimary);
	}
	SECTION("without a link net_failover would not send by it") {
		path.set_carrier(kPrimary, false);
	}
	SECTION("closed, neither") {
		path.set_up(kPrimary, false);
	}
	SECTION("gone, even less") {
		path.remove(kPrimary);
	}
	SECTION("the standby has no link either, so net_failover may choose") {
		path.set_carrier(kStandby, false);
	}
	SECTION("it is the active one") {
		path.master().active = kPrimary;
	}
	CHECK(path.send_adopted(kOutgoing) == kNext);
}

TEST_CASE("A primary that is known and whose programs are not in their places yet is one that nobody knows") {
	Datapath path;
	path.adopt();
	path.master().active = kStandby;
	path.enter_adopted(kPrimary);
	path.master().slots[kPrimary].flags = FOM_SLOT_USED;
	CHECK(path.send_adopted(kOutgoing) == kRedirect);
}
