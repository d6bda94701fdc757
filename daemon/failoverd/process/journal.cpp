// SPDX-License-Identifier: GPL-2.0-only
#include "process/journal.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace failover {

namespace {

/// Of now.
control::EventRecord event_of(std::string kind, std::string master, std::string slave, std::string message) {
	control::EventRecord event;
	event.time = wall_clock_us(boottime_now());
	event.kind = std::move(kind);
	event.master = std::move(master);
	event.slave = std::move(slave);
	event.message = std::move(message);
	return event;
}

} // namespace

control::EventRecord switch_event(const std::string &master, const control::SwitchRecord &change) {
	control::EventRecord event;
	event.time = change.time;
	event.kind = "switch";
	event.master = master;
	event.slave = change.to;
	if (change.to.empty())
		event.message = fmt::format("no slave is active ({})", change.cause);
	else if (change.from.empty())
		event.message = fmt::format("{} is active ({})", change.to, change.cause);
	else
		event.message = fmt::format("switched from {} to {} ({}, by the {})", change.from, change.to,
					    change.cause, change.by);
	event.switch_record = change;
	return event;
}

control::EventRecord moved_event(const std::string &master, const std::string &slave) {
	return event_of("moved", master, slave,
			fmt::format("another port sent with our address, so the fabric looked for us there (heard by "
				    "{}); announced again",
				    slave));
}

control::Unanswered unanswered_by(const control::MasterState &state, std::vector<std::string> asked) {
	control::Unanswered silence;
	silence.since = state.since;
	silence.slave = state.active;
	silence.asked = std::move(asked);
	const auto active = std::ranges::find(state.slaves, state.active, &control::SlaveState::name);
	const bool standby = active != state.slaves.end() && active->role == "standby";
	const char *here = standby ? "standby" : "primary";
	const char *there = standby ? "primary" : "standby";
	// What comes by a slave that is ready is heard too: then it is what we send that gets lost.
	const bool heard = std::ranges::any_of(state.slaves, [](const auto &slave) { return slave.health == "ready"; });
	silence.hint = heard ? fmt::format("the fabric may filter {} at the {}'s port", state.mac, here)
			     : fmt::format("the fabric may still deliver {} to the {}'s port, or filter it at the {}'s",
					   state.mac, there, here);
	return silence;
}

control::EventRecord unanswered_event(const std::string &master, const control::Unanswered &silence) {
	return event_of("unanswered", master, silence.slave,
			fmt::format("nobody answers since {} is active (asked {}): {}", silence.slave,
				    fmt::join(silence.asked, ", "), silence.hint));
}

control::EventRecord answered_event(const std::string &master, const std::string &slave) {
	return event_of("answered", master, slave, fmt::format("neighbours answer again, by {}", slave));
}

void Journal::add(control::EventRecord record) {
	if (follower_)
		follower_(record);
	records_.push_back(std::move(record));
	if (records_.size() > kKept)
		records_.pop_front();
}

void Journal::add(std::string kind, std::string master, std::string slave, std::string message) {
	add(event_of(std::move(kind), std::move(master), std::move(slave), std::move(message)));
}

std::vector<control::EventRecord> Journal::query(const std::optional<std::string> &master, std::size_t limit) const {
	std::vector<control::EventRecord> found;
	for (auto record = records_.rbegin(); record != records_.rend() && found.size() < limit; ++record)
		if (!master || record->master == *master)
			found.push_back(*record);
	std::ranges::reverse(found);
	return found;
}

} // namespace failover
