// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/clock.hpp"
#include "control/types.hpp"

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace failover {

/// How a switch is told.
[[nodiscard]] control::EventRecord switch_event(const std::string &master, const control::SwitchRecord &change);

/// A frame with the master's own address came in by the active slave: another port sent it (FOM_EVENT_MOVED).
[[nodiscard]] control::EventRecord moved_event(const std::string &master, const std::string &slave);

/// Neighbours that were asked are silent since a switch to the active slave of `state`: what there is to say of it.
[[nodiscard]] control::Unanswered unanswered_by(const control::MasterState &state, std::vector<std::string> asked);
[[nodiscard]] control::EventRecord unanswered_event(const std::string &master, const control::Unanswered &silence);
[[nodiscard]] control::EventRecord answered_event(const std::string &master, const std::string &slave);

/// What happened, newest last; also said to whoever follows it.
class Journal {
public:
	using Follower = std::function<void(const control::EventRecord &)>;

	void follow(Follower follower) { follower_ = std::move(follower); }
	void add(control::EventRecord record);
	/// With the time of now.
	void add(std::string kind, std::string master, std::string slave, std::string message);
	[[nodiscard]] std::vector<control::EventRecord> query(const std::optional<std::string> &master,
							      std::size_t limit) const;

private:
	static constexpr std::size_t kKept = 512;
	std::deque<control::EventRecord> records_;
	Follower follower_;
};

} // namespace failover
