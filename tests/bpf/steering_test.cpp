// SPDX-License-Identifier: GPL-2.0-only
// steer(): which slave sends, and what is recorded when that changes. Both builds of the program must agree.
#include "datapath.hpp"

#include <catch2/catch.hpp>

using namespace failover;
using namespace failover::test;

namespace {

constexpr unsigned kStandby = 0, kPrimary = 1;
const Packet kOutgoing = frame(kPeerMac, kMasterMac);

struct Loss {
	const char *sentence;
	void (*happen)(Datapath &);
	fom_cause cause;
};

const Loss kLosses[] = {
    {"carrier goes", [](Datapath &d) { d.set_carrier(kPrimary, false); }, FOM_CAUSE_CARRIER_LOSS},
    {"the slave is closed", [](Datapath &d) { d.set_up(kPrimary, false); }, FOM_CAUSE_DOWN},
    {"the slave is gone", [](Datapath &d) { d.remove(kPrimary); }, FOM_CAUSE_UNREGISTER},
    {"its driver lets go", [](Datapath &d) { d.master().slots[kPrimary].flags |= FOM_SLOT_LEAVING; }, FOM_CAUSE_UNBIND},
    {"userspace took it out", [](Datapath &d) { d.master().slots[kPrimary].flags = 0; }, FOM_CAUSE_UNREGISTER},
};

Reads any_build() {
	return GENERATE(Reads::kCast, Reads::kProbe);
}

} // namespace

TEST_CASE("The active slave sends while it lives") {
	Datapath path(any_build());
	CHECK(path.transmit(kOutgoing) == kRedirect);
	CHECK(path.stats(kPrimary).tx_packets == 1);
	CHECK(path.stats(kPrimary).tx_bytes == kOutgoing.size());
	CHECK(path.stats(kStandby).tx_packets == 0);
	CHECK(path.events().empty());
}

TEST_CASE("When the active slave cannot send, the very next frame leaves by the other") {
	const auto build = any_build();
	for (const auto &loss : kLosses) {
		Datapath path(build);
		CAPTURE(loss.sentence);
		CHECK(path.transmit(kOutgoing) == kRedirect); // the device may be noted by now
		loss.happen(path);
		CHECK(path.transmit(kOutgoing) == kRedirect);
		CHECK(path.stats(kStandby).tx_packets == 1);
		CHECK(path.stats(kStandby).tx_rescued == 1);
		CHECK(path.master().active == kStandby);
		CHECK(path.master().switches == 1);
		CHECK(path.master().last_cause == loss.cause);

		const auto events = path.events();
		REQUIRE(events.size() == 1);
		CHECK(events[0].type == FOM_EVENT_SWITCH);
		CHECK(events[0].from == kPrimary);
		CHECK(events[0].to == kStandby);
		CHECK(events[0].cause == loss.cause);
		CHECK(events[0].time_ns == path.master().switched_ns);

		CHECK(path.transmit(kOutgoing) == kRedirect);
		CHECK(path.master().switches == 1); // once, not for each frame
		CHECK(path.stats(kStandby).tx_rescued == 1);
	}
}

TEST_CASE("The kernel leaves a dead slave by itself and returns only when told or forced") {
	Datapath path(any_build());
	path.set_carrier(kPrimary, false);
	(void)path.transmit(kOutgoing);
	path.set_carrier(kPrimary, true);
	(void)path.transmit(kOutgoing);
	CHECK(path.master().active == kStandby);
	path.set_carrier(kStandby, false);
	(void)path.transmit(kOutgoing);
	CHECK(path.master().active == kPrimary);
}

TEST_CASE("Without any living slave a frame is dropped and counted") {
	Datapath path(any_build());
	path.set_carrier(kPrimary, false);
	path.set_carrier(kStandby, false);
	CHECK(path.transmit(kOutgoing) == kDrop);
	CHECK(path.stats(kPrimary).tx_no_path == 1);
	CHECK(path.master().active == kPrimary);
	path.set_carrier(kStandby, true);
	CHECK(path.transmit(kOutgoing) == kRedirect);
	CHECK(path.stats(kStandby).tx_packets == 1);
}

TEST_CASE("The living slave of lowest rank is preferred") {
	Datapath path(any_build());
	path.master().active = FOM_NO_SLOT;
	CHECK(path.transmit(kOutgoing) == kRedirect);
	CHECK(path.master().active == kPrimary);
	CHECK(path.events().at(0).cause == FOM_CAUSE_STARTUP);
}

TEST_CASE("A slave that is not ready carries nothing") {
	Datapath path(any_build());
	path.master().slots[kStandby].flags = FOM_SLOT_USED;
	path.set_carrier(kPrimary, false);
	CHECK(path.transmit(kOutgoing) == kDrop);
}

TEST_CASE("A table of another version is not touched") {
	Datapath path(any_build());
	path.master().version = FOM_ABI_VERSION + 1;
	CHECK(path.transmit(kOutgoing) == kDrop);
	CHECK(path.stats(kPrimary).tx_packets == 0);
}
