// SPDX-License-Identifier: GPL-2.0-only
#include "schedule.hpp"

#include <algorithm>

namespace failover::traffic {

namespace {
constexpr std::uint64_t kSecond = 1'000'000'000;
} // namespace

Schedule::Schedule(std::uint64_t pps, std::uint64_t start_ns) : pps_(pps), anchor_ns_(start_ns), wake_ns_(start_ns) {}

// Whole seconds apart from the rest: packets * 1e9 would overflow after 256 days at 833 packets/s, and far earlier
// at the rates in use.
std::uint64_t Schedule::due(std::uint64_t packets) const {
	return anchor_ns_ + packets / pps_ * kSecond + packets % pps_ * kSecond / pps_;
}

unsigned Schedule::take(std::uint64_t now_ns) {
	if (now_ns > due(taken_) + kForgive) {
		anchor_ns_ = now_ns;
		taken_ = 0;
	}

	unsigned packets = 0;
	while (packets < kBurst && due(taken_) <= now_ns) {
		++packets;
		++taken_;
	}
	const std::uint64_t half_rate_gap = packets * kSecond / pps_ / 2;
	wake_ns_ = due(taken_) > now_ns ? due(taken_) : now_ns + std::max<std::uint64_t>(half_rate_gap, 1);
	return packets;
}

} // namespace failover::traffic
