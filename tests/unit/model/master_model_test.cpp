// SPDX-License-Identifier: GPL-2.0-only
#include "model/master_model.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace failover::model;
using namespace std::chrono_literals;

namespace {

constexpr Slot kStandby = 0, kPrimary = 1;
constexpr unsigned kStandbyRank = 10, kPrimaryRank = 0;

/// The switches among some actions.
std::vector<Switch> switches(const Actions &actions) {
	std::vector<Switch> found;
	for (const auto &action : actions)
		if (const auto *one = std::get_if<Switch>(&action))
			found.push_back(*one);
	return found;
}

/// Both slaves up; the primary is active where `settings` ask for no proof.
MasterModel pair_of_slaves(Settings settings = {.proof_timeout = 0s}) {
	MasterModel model(settings);
	(void)model.slave_joined(kStandby, kStandbyRank, true, 1s);
	(void)model.slave_joined(kPrimary, kPrimaryRank, true, 2s);
	return model;
}

} // namespace

TEST_CASE("The first slave becomes active and gives the master carrier") {
	MasterModel model;
	const auto actions = model.slave_joined(kStandby, kStandbyRank, true, 1s);
	REQUIRE(actions.size() == 2);
	CHECK(std::get<Switch>(actions[0]) == Switch{FOM_NO_SLOT, kStandby, FOM_CAUSE_STARTUP, false, 1s});
	CHECK(std::get<SetCarrier>(actions[1]).on);
}

TEST_CASE("A slave without carrier waits until it has some") {
	MasterModel model;
	CHECK(model.slave_joined(kStandby, kStandbyRank, false, 1s).empty());
	CHECK(model.active() == FOM_NO_SLOT);
	CHECK(switches(model.carrier_changed(kStandby, true, 2s)).size() == 1);
	CHECK(model.active() == kStandby);
}

TEST_CASE("Without carrier on the primary the standby takes over at once") {
	auto model = pair_of_slaves();
	REQUIRE(model.active() == kPrimary);
	const auto done = switches(model.carrier_changed(kPrimary, false, 3s));
	REQUIRE(done.size() == 1);
	CHECK(done[0] == Switch{kPrimary, kStandby, FOM_CAUSE_CARRIER_LOSS, false, 3s});
}

TEST_CASE("A planned return waits for the path to be proven both ways") {
	MasterModel model;
	(void)model.slave_joined(kStandby, kStandbyRank, true, 1s);
	CHECK(switches(model.slave_joined(kPrimary, kPrimaryRank, true, 2s)).empty());
	CHECK(model.probing() == kPrimary);
	CHECK(switches(model.probe_passed(kPrimary, kStandby, 2s + 1ms)).empty());
	const auto done = switches(model.probe_passed(kStandby, kPrimary, 2s + 2ms));
	REQUIRE(done.size() == 1);
	CHECK(done[0].cause == FOM_CAUSE_FAILBACK);
	CHECK_FALSE(model.probing());
}

TEST_CASE("Where no probe passes, carrier is believed after the timeout and not before") {
	MasterModel model({.proof_timeout = 500ms});
	(void)model.slave_joined(kStandby, kStandbyRank, true, 1s);
	(void)model.slave_joined(kPrimary, kPrimaryRank, true, 2s);
	REQUIRE(model.wake_at() == 2500ms);
	CHECK(switches(model.clock(2499ms)).empty());
	CHECK(switches(model.clock(2500ms)).size() == 1);
}

TEST_CASE("A proof counts for the carrier it was made on") {
	auto model = pair_of_slaves({});
	(void)model.probe_passed(kPrimary, kStandby, 3s);
	(void)model.probe_passed(kStandby, kPrimary, 3s);
	REQUIRE(model.active() == kPrimary);
	(void)model.carrier_changed(kPrimary, false, 4s);
	CHECK(switches(model.carrier_changed(kPrimary, true, 5s)).empty());
	CHECK(model.probing() == kPrimary);
}

TEST_CASE("Losing the active slave ends probing and needs no proof") {
	MasterModel model;
	(void)model.slave_joined(kStandby, kStandbyRank, true, 1s);
	(void)model.slave_joined(kPrimary, kPrimaryRank, true, 2s);
	REQUIRE(model.probing());
	const auto done = switches(model.carrier_changed(kStandby, false, 2s));
	REQUIRE(done.size() == 1);
	CHECK(done[0].to == kPrimary);
	CHECK_FALSE(model.probing());
}

TEST_CASE("Failback waits for the delay and starts anew when carrier drops in between") {
	auto model = pair_of_slaves({.failback_delay = 10s, .proof_timeout = 0s});
	CHECK(model.active() == kStandby);
	CHECK(model.wake_at() == 12s);
	(void)model.carrier_changed(kPrimary, false, 5s);
	CHECK_FALSE(model.wake_at());
	(void)model.carrier_changed(kPrimary, true, 6s);
	CHECK(switches(model.clock(15s)).empty());
	CHECK(switches(model.clock(16s)).size() == 1);
}

TEST_CASE("With failback off the standby keeps the traffic until it fails") {
	auto model = pair_of_slaves({.failback = false, .proof_timeout = 0s});
	CHECK(model.active() == kStandby);
	CHECK_FALSE(model.wake_at());
	CHECK(switches(model.carrier_changed(kStandby, false, 9s)).size() == 1);
}

TEST_CASE("A switch by the kernel is followed and recorded once") {
	auto model = pair_of_slaves();
	const auto done = switches(model.kernel_switched(kPrimary, kStandby, FOM_CAUSE_CARRIER_LOSS, 3s));
	REQUIRE(done.size() == 1);
	CHECK(done[0] == Switch{kPrimary, kStandby, FOM_CAUSE_CARRIER_LOSS, true, 3s});
	CHECK(switches(model.carrier_changed(kPrimary, false, 4s)).empty());
}

TEST_CASE("The model does not undo the kernel's switch before carrier is reported again") {
	auto model = pair_of_slaves();
	(void)model.kernel_switched(kPrimary, kStandby, FOM_CAUSE_CARRIER_LOSS, 3s);
	CHECK(switches(model.clock(60s)).empty());
	CHECK(model.active() == kStandby);
}

TEST_CASE("A flapping slave is returned to later each time") {
	auto model = pair_of_slaves();
	Time now = 10s;
	Time last_wait{0};
	for (int round = 0; round < 5; ++round) {
		(void)model.kernel_switched(kPrimary, kStandby, FOM_CAUSE_CARRIER_LOSS, now);
		CHECK(switches(model.carrier_changed(kPrimary, true, now)).empty());
		REQUIRE(model.wake_at());
		const Time wait = *model.wake_at() - now;
		CHECK(wait > last_wait);
		last_wait = wait;
		now = *model.wake_at();
		CHECK(switches(model.clock(now)).size() == 1);
	}
	now += kFlapMemory + 1s;
	(void)model.kernel_switched(kPrimary, kStandby, FOM_CAUSE_CARRIER_LOSS, now);
	(void)model.carrier_changed(kPrimary, true, now);
	CHECK(*model.wake_at() - now == kFirstDistrust);
}

TEST_CASE("A slave whose driver lets go is not used again until it joins anew") {
	auto model = pair_of_slaves();
	CHECK(switches(model.slave_leaving(kPrimary, 3s)).at(0).cause == FOM_CAUSE_UNBIND);
	CHECK(model.carrier_changed(kPrimary, true, 4s).empty());
	(void)model.slave_left(kPrimary, 5s);
	CHECK(switches(model.slave_joined(kPrimary, kPrimaryRank, true, 6s)).size() == 1);
}

TEST_CASE("What is found in the kernel after a restart is left as it is") {
	MasterModel model;
	model.adopt_active(kPrimary);
	model.adopt_carrier(true);
	model.adopt_slave(kStandby, kStandbyRank, true, 1s);
	model.adopt_slave(kPrimary, kPrimaryRank, true, 1s);
	CHECK(model.clock(1s).empty());
	CHECK(model.active() == kPrimary);
	CHECK_FALSE(model.probing());
}

TEST_CASE("The operator's choice stays until that slave fails") {
	auto model = pair_of_slaves();
	CHECK(switches(model.operator_chose(kStandby, 3s)).at(0).cause == FOM_CAUSE_OPERATOR);
	CHECK(switches(model.clock(100s)).empty());
	(void)model.carrier_changed(kStandby, false, 101s);
	CHECK(model.active() == kPrimary);
	CHECK_FALSE(model.operator_choice());
	(void)model.carrier_changed(kStandby, true, 102s);
	CHECK(model.active() == kPrimary);
}

TEST_CASE("A slave that cannot carry traffic is not chosen") {
	auto model = pair_of_slaves();
	(void)model.carrier_changed(kStandby, false, 3s);
	CHECK(model.operator_chose(kStandby, 4s).empty());
	CHECK(model.active() == kPrimary);
}

TEST_CASE("The last path gone takes the master's carrier along and its return brings it back") {
	auto model = pair_of_slaves();
	(void)model.carrier_changed(kPrimary, false, 3s);
	auto actions = model.carrier_changed(kStandby, false, 4s);
	REQUIRE(actions.size() == 1);
	CHECK_FALSE(std::get<SetCarrier>(actions[0]).on);
	actions = model.carrier_changed(kStandby, true, 5s);
	REQUIRE(actions.size() == 1); // the standby stayed the active one
	CHECK(std::get<SetCarrier>(actions[0]).on);
}

// What must hold whatever happens, in whatever order.
TEST_CASE("A master that was moved is announced again, but not for ever to a fabric that sends everything back") {
	auto model = pair_of_slaves();
	unsigned announced = 0;
	for (int ms = 0; ms < 1000; ++ms)
		announced += static_cast<unsigned>(model.moved(10s + std::chrono::milliseconds(ms)).size());
	CHECK(announced == kMovesAnswered);
	CHECK(model.moved(10s + kMovesInterval) == Actions{Announce{}});
	// It goes on: from now on longer is waited each time.
	for (unsigned i = 1; i < kMovesAnswered; ++i)
		CHECK(model.moved(10s + kMovesInterval + 1ms).size() == 1);
	CHECK(model.moved(10s + 2 * kMovesInterval).empty());
	CHECK(model.moved(10s + 3 * kMovesInterval).size() == 1);
	// And as at first after it has been quiet.
	(void)model.moved(10min);
	for (unsigned i = 1; i < kMovesAnswered; ++i)
		CHECK(model.moved(10min).size() == 1);
	CHECK(model.moved(10min + kMovesInterval).size() == 1);
	CHECK(model.active() == kPrimary);
}

TEST_CASE("A million random events break no rule") {
	const auto seed = Catch::rngSeed() ? Catch::rngSeed() : 20261120u;
	CAPTURE(seed);
	std::mt19937 random(seed);
	const auto pick = [&](unsigned bound) { return static_cast<unsigned>(random() % bound); };

	MasterModel model({.failback_delay = 3ms, .proof_timeout = 20ms});
	std::array<bool, FOM_MAX_SLAVES> present{}, carrier{}, leaving{};
	Slot active = FOM_NO_SLOT;
	bool master_carrier = false;
	Time now = 1s;
	unsigned long switched = 0;
	for (int step = 0; step < 1'000'000; ++step) {
		now += std::chrono::microseconds(pick(2000));
		const Slot slot = pick(FOM_MAX_SLAVES);
		Actions actions;
		bool clock_ran = false;
		switch (pick(10)) {
		case 0:
			if (!present[slot]) {
				present[slot] = true;
				carrier[slot] = pick(2);
				leaving[slot] = false;
				actions = model.slave_joined(slot, pick(3) * 10, carrier[slot], now);
			}
			break;
		case 1:
			present[slot] = carrier[slot] = leaving[slot] = false;
			actions = model.slave_left(slot, now);
			break;
		case 2:
			if (present[slot])
				carrier[slot] = !carrier[slot];
			actions = model.carrier_changed(slot, carrier[slot], now);
			break;
		case 3:
			leaving[slot] = leaving[slot] || (present[slot] && pick(4) == 0);
			if (leaving[slot])
				actions = model.slave_leaving(slot, now);
			break;
		case 4:
			if (active != FOM_NO_SLOT && slot != active && present[slot] && carrier[slot] &&
			    !leaving[slot] && present[active]) {
				carrier[active] = false;
				actions = model.kernel_switched(active, slot, FOM_CAUSE_CARRIER_LOSS, now);
			}
			break;
		case 5:
			actions = model.operator_chose(slot, now);
			break;
		case 6:
			actions = model.operator_released(now);
			break;
		case 7:
			actions =
			    model.probe_passed(pick(2) ? slot : model.active(), pick(2) ? slot : model.active(), now);
			break;
		case 8:
			if (pick(4) == 0)
				model.answered();
			actions = model.unanswered(now);
			break;
		default:
			actions = model.clock(now);
			clock_ran = true;
		}

		for (const auto &action : actions) {
			if (const auto *done = std::get_if<Switch>(&action)) {
				REQUIRE(done->from == active); // switches form an unbroken chain
				REQUIRE(done->to != done->from);
				active = done->to;
				++switched;
			} else {
				const bool on = std::get<SetCarrier>(action).on;
				REQUIRE(on != master_carrier); // said once for each change
				master_carrier = on;
			}
		}
		bool any = false;
		for (Slot i = 0; i < FOM_MAX_SLAVES; ++i)
			any = any || (present[i] && carrier[i] && !leaving[i]);
		REQUIRE(model.active() == active);
		REQUIRE(master_carrier == any);
		// Traffic is never left on a dead slave while a living one is there.
		if (any)
			REQUIRE((active < FOM_MAX_SLAVES && present[active] && carrier[active] && !leaving[active]));
		// What was due is done by the clock; nothing that is active or dead is probed.
		if (clock_ran && model.wake_at())
			REQUIRE(*model.wake_at() > now);
		if (model.probing())
			REQUIRE((*model.probing() != active && model.usable(*model.probing())));
	}
	CHECK(switched > 1000);
}

TEST_CASE("A failback after which nobody answers is undone, and tried again later each time") {
	auto model = pair_of_slaves();
	REQUIRE(model.active() == kPrimary);
	Time now = 5s, wait = kFirstSilence;
	for (int times = 0; times < 10; ++times) {
		const auto back = switches(model.unanswered(now));
		REQUIRE(back.size() == 1);
		CHECK(back[0] == Switch{kPrimary, kStandby, FOM_CAUSE_PROBE, false, now});
		CHECK(model.wake_at() == now + wait);
		CHECK(switches(model.clock(now + wait - 1ms)).empty());
		const auto again = switches(model.clock(now + wait));
		REQUIRE(again.size() == 1);
		CHECK(again[0].cause == FOM_CAUSE_FAILBACK);
		now += wait + 3s;
		wait = std::min(2 * wait, kMostSilence);
	}
	CHECK(wait == kMostSilence);
	model.answered();
	(void)model.unanswered(now);
	CHECK(model.wake_at() == now + kFirstSilence);
}

TEST_CASE("After silence the path is proven anew") {
	MasterModel model;
	(void)model.slave_joined(kStandby, kStandbyRank, true, 1s);
	(void)model.slave_joined(kPrimary, kPrimaryRank, true, 2s);
	(void)model.probe_passed(kPrimary, kStandby, 2s);
	(void)model.probe_passed(kStandby, kPrimary, 2s);
	REQUIRE(model.active() == kPrimary);
	(void)model.unanswered(5s);
	CHECK_FALSE(model.probing());
	CHECK(switches(model.clock(5s + kFirstSilence)).empty());
	CHECK(model.probing() == kPrimary);
}

TEST_CASE("Silence undoes nothing but a failback to a slave that has another beside it") {
	auto model = pair_of_slaves();
	SECTION("the operator chose it") {
		(void)model.operator_chose(kStandby, 3s);
		(void)model.operator_chose(kPrimary, 4s);
	}
	SECTION("the operator chose it when it was active already") {
		CHECK(model.operator_chose(kPrimary, 3s).empty());
	}
	SECTION("the one before is of no use now") {
		(void)model.carrier_changed(kStandby, false, 3s);
	}
	SECTION("the one before is gone") {
		(void)model.slave_left(kStandby, 3s);
	}
	SECTION("the one before failed") {
		(void)model.carrier_changed(kPrimary, false, 3s);
		REQUIRE(model.active() == kStandby);
	}
	SECTION("the kernel was it") {
		(void)model.kernel_switched(kPrimary, kStandby, FOM_CAUSE_CARRIER_LOSS, 3s);
		(void)model.carrier_changed(kPrimary, true, 3s + 1ms);
		REQUIRE(model.active() == kStandby);
	}
	SECTION("the one before failed, and may soon be returned to") {
		model = pair_of_slaves({.failback_delay = 10s, .proof_timeout = 0s});
		(void)model.clock(12s);
		REQUIRE(model.active() == kPrimary);
		(void)model.carrier_changed(kPrimary, false, 13s);
		(void)model.carrier_changed(kPrimary, true, 14s);
		REQUIRE(model.active() == kStandby);
	}
	SECTION("it was found so") {
		model.adopt_active(kPrimary);
	}
	const auto active = model.active();
	CHECK(model.unanswered(15s).empty());
	CHECK(model.active() == active);
}

TEST_CASE("A slave by which nobody answered is still better than none, and another one is tried at once") {
	auto model = pair_of_slaves();
	(void)model.unanswered(5s);
	SECTION("the standby fails") {
		const auto done = switches(model.carrier_changed(kStandby, false, 6s));
		REQUIRE(done.size() == 1);
		CHECK(done[0].to == kPrimary);
	}
	SECTION("the operator asks for it") {
		CHECK(switches(model.operator_chose(kPrimary, 6s)).size() == 1);
		CHECK(model.unanswered(9s).empty());
	}
	SECTION("it is replaced") {
		(void)model.slave_left(kPrimary, 6s);
		CHECK(switches(model.slave_joined(kPrimary, kPrimaryRank, true, 7s)).size() == 1);
	}
}

TEST_CASE(
    "Silence by what was returned to as well is no fault of the path: nobody is left for it until somebody answers") {
	auto model = pair_of_slaves();
	REQUIRE(switches(model.unanswered(5s)).size() == 1);
	REQUIRE(model.active() == kStandby);
	const auto back = switches(model.unanswered(11s));
	REQUIRE(back.size() == 1);
	CHECK(back[0] == Switch{kStandby, kPrimary, FOM_CAUSE_FAILBACK, false, Time(11s)});
	CHECK(model.unanswered(17s).empty());
	CHECK(model.active() == kPrimary);
	model.answered();
	CHECK(switches(model.unanswered(30s)).size() == 1);
	CHECK(model.wake_at() == Time(30s) + kFirstSilence);
}
