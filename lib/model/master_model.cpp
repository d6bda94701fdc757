// SPDX-License-Identifier: GPL-2.0-only
#include "model/master_model.hpp"

#include <algorithm>

namespace failover::model {

bool MasterModel::usable(Slot slot) const {
	if (slot >= slaves_.size())
		return false;
	const Slave &slave = slaves_[slot];
	return slave.present && slave.carrier && !slave.leaving;
}

Slot MasterModel::best() const {
	if (chosen_ && usable(*chosen_))
		return *chosen_;
	Slot best = FOM_NO_SLOT;
	for (Slot slot = 0; slot < slaves_.size(); ++slot)
		if (usable(slot) && (best == FOM_NO_SLOT || slaves_[slot].rank < slaves_[best].rank))
			best = slot;
	return best;
}

void MasterModel::move_active(Slot to, fom_cause cause, Time now, Actions &actions) {
	const Slot from = active_;
	active_ = to;
	silence_.switched(from, to, cause);
	actions.push_back(Switch{from, to, cause, false, now});
}

Time MasterModel::planned_at(Slot to, Time now) {
	const Slave &slave = slaves_[to];
	Time due = now;
	if (chosen_ != to)
		due = std::max({slave.carrier_since + settings_.failback_delay, slave.failed_at + slave.distrust,
				silence_.until(to)});
	if (due > now || settings_.proof_timeout == Time{0} || (slave.heard_from && slave.heard_by)) {
		probing_.reset();
		return due;
	}
	if (probing_ != to) {
		probing_ = to;
		probing_since_ = now;
	}
	return probing_since_ + settings_.proof_timeout;
}

Actions MasterModel::settle(fom_cause cause, Time now) {
	Actions actions;
	wake_at_.reset();
	if (chosen_ && !usable(*chosen_))
		chosen_.reset();

	const Slot target = best();
	const bool planned = target != FOM_NO_SLOT && target != active_ && usable(active_) &&
			     (chosen_ || (settings_.failback && slaves_[target].rank < slaves_[active_].rank));
	if (planned) {
		const Time due = planned_at(target, now);
		if (due <= now)
			move_active(target, chosen_ ? FOM_CAUSE_OPERATOR : FOM_CAUSE_FAILBACK, now, actions);
		else
			wake_at_ = due;
	} else if (target != FOM_NO_SLOT && !usable(active_)) {
		move_active(target, active_ == FOM_NO_SLOT ? FOM_CAUSE_STARTUP : cause, now, actions);
	}
	if (!wake_at_ || probing_ != target)
		probing_.reset();

	const bool carrier = target != FOM_NO_SLOT;
	if (carrier != carrier_) {
		carrier_ = carrier;
		actions.push_back(SetCarrier{carrier});
	}
	return actions;
}

Actions MasterModel::probe_passed(Slot from, Slot to, Time now) {
	if (!probing_ || from >= slaves_.size() || to >= slaves_.size())
		return {};
	if (from == *probing_ && to == active_)
		slaves_[from].heard_from = true;
	else if (to == *probing_ && from == active_)
		slaves_[to].heard_by = true;
	return settle(FOM_CAUSE_UNSPEC, now);
}

void MasterModel::adopt_slave(Slot slot, unsigned rank, bool carrier, Time now) {
	Slave fresh;
	fresh.present = true;
	fresh.carrier = carrier;
	fresh.rank = rank;
	fresh.carrier_since = now;
	slaves_.at(slot) = fresh;
	silence_.forget(slot);
}

Actions MasterModel::slave_joined(Slot slot, unsigned rank, bool carrier, Time now) {
	adopt_slave(slot, rank, carrier, now);
	return settle(FOM_CAUSE_UNSPEC, now);
}

Actions MasterModel::slave_left(Slot slot, Time now) {
	slaves_.at(slot) = Slave{};
	silence_.forget(slot);
	return settle(FOM_CAUSE_UNREGISTER, now);
}

Actions MasterModel::carrier_changed(Slot slot, bool on, Time now) {
	Slave &slave = slaves_.at(slot);
	if (!slave.present || slave.carrier == on)
		return {};
	slave.carrier = on;
	slave.carrier_since = now;
	slave.heard_from = slave.heard_by = false; // what was proven was the path before
	return settle(FOM_CAUSE_CARRIER_LOSS, now);
}

Actions MasterModel::moved(Time now) {
	if (moves_ == 0 || now - moves_since_ >= moves_interval_) {
		const bool full = moves_ == kMovesAnswered && now - moves_since_ < 2 * moves_interval_;
		moves_interval_ = full ? std::min(2 * moves_interval_, kMostMovesInterval) : kMovesInterval;
		moves_since_ = now;
		moves_ = 0;
	}
	if (moves_ == kMovesAnswered)
		return {};
	++moves_;
	return {Announce{}};
}

Actions MasterModel::unanswered(Time now) {
	const auto verdict = silence_.unanswered(!chosen_ && usable(silence_.returned_from()), now);
	if (std::holds_alternative<std::monostate>(verdict))
		return {};
	Actions actions;
	if (const auto *doubt = std::get_if<Silence::Doubt>(&verdict)) {
		slaves_[doubt->slot].heard_from = slaves_[doubt->slot].heard_by = false;
		move_active(doubt->instead, FOM_CAUSE_PROBE, now, actions);
	}
	for (const auto &action : settle(FOM_CAUSE_UNSPEC, now))
		actions.push_back(action);
	return actions;
}

Actions MasterModel::slave_leaving(Slot slot, Time now) {
	Slave &slave = slaves_.at(slot);
	if (!slave.present || slave.leaving)
		return {};
	slave.leaving = true;
	return settle(FOM_CAUSE_UNBIND, now);
}

Actions MasterModel::kernel_switched(Slot from, Slot to, fom_cause cause, Time when) {
	if (from < slaves_.size() && slaves_[from].present) {
		Slave &failed = slaves_[from];
		const bool again = failed.distrust > Time{0} && when - failed.failed_at < kFlapMemory;
		failed.distrust = again ? std::min(2 * failed.distrust, kMostDistrust) : kFirstDistrust;
		failed.failed_at = when;
		if (cause == FOM_CAUSE_UNBIND)
			failed.leaving = true;
		else
			failed.carrier = false;
	}
	// The kernel sent by it, so it has carrier, whatever we were told last.
	if (to < slaves_.size() && slaves_[to].present && !slaves_[to].carrier) {
		slaves_[to].carrier = true;
		slaves_[to].carrier_since = when;
	}
	Actions actions;
	if (to != active_) {
		actions.push_back(Switch{active_, to, cause, true, when});
		adopt_active(to);
	}
	for (const auto &action : settle(cause, when))
		actions.push_back(action);
	return actions;
}

Actions MasterModel::operator_chose(Slot slot, Time now) {
	if (!usable(slot))
		return {};
	chosen_ = slot;
	return settle(FOM_CAUSE_OPERATOR, now);
}

Actions MasterModel::operator_released(Time now) {
	chosen_.reset();
	return settle(FOM_CAUSE_UNSPEC, now);
}

Actions MasterModel::clock(Time now) {
	return settle(FOM_CAUSE_UNSPEC, now);
}

Actions MasterModel::settings_changed(Settings settings, Time now) {
	settings_ = settings;
	return settle(FOM_CAUSE_UNSPEC, now);
}

} // namespace failover::model
