// SPDX-License-Identifier: GPL-2.0-only
#include "render/words.hpp"

#include "render/text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <vector>

namespace failover::ctl {

namespace {

/// "virtio0 (standby) is ready"
std::string fitness(const control::MasterState &master) {
	std::vector<std::string> words;
	for (const auto &slave : master.slaves) {
		if (is_fit(slave))
			words.push_back(fmt::format("{} ({}) is ready", slave.name, slave.role));
	}
	return fmt::to_string(fmt::join(words, ", "));
}

/// "vf0 (primary) is gone, virtio0 (standby) has no carrier"
std::string ailing(const control::MasterState &master) {
	std::vector<std::string> words;
	for (const auto &slave : master.slaves) {
		if (slave.health != "active" && !is_fit(slave))
			words.push_back(
			    fmt::format("{} ({}) {}", slave.name, slave.role,
					slave.health == "ready" ? doubt_words(slave) : health_words(slave.health)));
	}
	for (const char *role : {"primary", "standby"}) {
		if (std::ranges::none_of(master.slaves, [&](const auto &slave) { return slave.role == role; }))
			words.push_back(fmt::format("there is no {}", role));
	}
	return fmt::to_string(fmt::join(words, ", "));
}

} // namespace

const control::SlaveState *active_slave(const control::MasterState &master) {
	const auto found = std::ranges::find_if(
	    master.slaves, [&](const auto &slave) { return slave.name == master.active && slave.health == "active"; });
	return found == master.slaves.end() ? nullptr : &*found;
}

Standing standing_of(const control::MasterState &master) {
	if (active_slave(master) == nullptr)
		return Standing::NoPath;
	return std::ranges::any_of(master.slaves, is_fit) ? Standing::Redundant : Standing::Alone;
}

Tone tone_of(Standing standing) {
	return standing == Standing::Redundant ? Tone::Good : standing == Standing::Alone ? Tone::Warn : Tone::Bad;
}

Tone tone_of_health(const std::string &health) {
	return health == "active"  ? Tone::Good
	       : health == "ready" ? Tone::Plain
	       : health == "gone"  ? Tone::Faint
				   : Tone::Warn;
}

std::string standing_words(const control::MasterState &master) {
	switch (standing_of(master)) {
	case Standing::Redundant:
		return fmt::format("redundant: {}", fitness(master));
	case Standing::Alone:
		return fmt::format("no redundancy: {}", ailing(master));
	case Standing::NoPath:
		break;
	}
	const std::string reasons = ailing(master);
	return reasons.empty() ? "no path: no slave carries traffic" : fmt::format("no path: {}", reasons);
}

bool is_silent(const control::MasterState &master) {
	return master.unanswered && master.unanswered->back_on.empty();
}

bool is_fit(const control::SlaveState &slave) {
	return slave.health == "ready" && slave.doubted_until == 0;
}

std::string doubt_words(const control::SlaveState &slave) {
	return "is doubted until " + absolute_time(slave.doubted_until);
}

std::string health_words(const std::string &health) {
	if (health == "gone" || health == "down" || health == "ready" || health == "active")
		return "is " + health;
	if (health == "no-carrier")
		return "has no carrier";
	if (health == "leaving")
		return "is being let go by its driver";
	return "is in state " + health;
}

std::string cause_words(const control::SwitchRecord &change) {
	const std::string from = change.from.empty() ? "the active slave" : change.from;
	const std::string to = change.to.empty() ? "nothing" : change.to;
	if (change.cause == "startup")
		return fmt::format("{} was the first slave there", to);
	if (change.cause == "carrier-loss")
		return fmt::format("{} lost its carrier", from);
	if (change.cause == "down")
		return fmt::format("{} was set down", from);
	if (change.cause == "unbind")
		return fmt::format("the driver of {} let go of the device", from);
	if (change.cause == "unregister")
		return fmt::format("{} disappeared", from);
	if (change.cause == "failback")
		return fmt::format("{} came back and is preferred", to);
	if (change.cause == "operator")
		return "an operator asked for it";
	if (change.cause == "probe")
		return fmt::format("the path by {} was proven dead although its link is up", from);
	return "unknown";
}

std::string switch_words(const control::SwitchRecord &change, const View &view) {
	return fmt::format("{} {} {}, {}: {} ({}, took {}, lost {})", change.from.empty() ? "none" : change.from,
			   view.arrow(), change.to.empty() ? "none" : change.to, change.cause, cause_words(change),
			   change.by, duration(change.duration_us),
			   change.lost == 0 ? "nothing" : counted(static_cast<std::uint64_t>(change.lost), "frame"));
}

} // namespace failover::ctl
