// SPDX-License-Identifier: GPL-2.0-only
#include "announce/schedule.hpp"

#include <algorithm>

namespace failover::announce {

Schedule::Schedule(std::span<const std::chrono::milliseconds> offsets) {
	offsets_.reserve(offsets.size());
	for (const auto offset : offsets)
		offsets_.push_back(std::max<Time>(offset, Time::zero()));
	std::ranges::sort(offsets_);
	offsets_.erase(std::unique(offsets_.begin(), offsets_.end()), offsets_.end());
	next_ = offsets_.size();
}

void Schedule::start(Time now) {
	start_ = now;
	next_ = 0;
}

std::optional<Schedule::Time> Schedule::next_due(Time now) const {
	if (!active())
		return std::nullopt;
	return std::max(start_ + offsets_[next_] - now, Time::zero());
}

bool Schedule::take_due(Time now) {
	const auto before = next_;
	while (active() && start_ + offsets_[next_] <= now)
		++next_;
	return next_ != before;
}

} // namespace failover::announce
