// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace failover::announce {

/// When QEMU repeats its own announcements after a switch: 50 ms, then 100 ms longer each time (net/announce.c).
inline constexpr std::array<std::chrono::milliseconds, 5> kDefaultOffsets{
    std::chrono::milliseconds{0}, std::chrono::milliseconds{50}, std::chrono::milliseconds{200},
    std::chrono::milliseconds{450}, std::chrono::milliseconds{800}};

/// The rounds of announcements that follow a switch. Has no clock: `now` is the caller's, on any monotonic clock.
class Schedule {
public:
	using Time = std::chrono::nanoseconds;

	/// Offsets from the switch in any order; negative ones count as 0, equal ones as one round.
	explicit Schedule(std::span<const std::chrono::milliseconds> offsets = kDefaultOffsets);

	/// A switch happened at `now`: all rounds lie ahead again, whatever was left of an earlier switch.
	void start(Time now);
	/// Nothing is due any more.
	void cancel() { next_ = offsets_.size(); }

	[[nodiscard]] bool active() const { return next_ < offsets_.size(); }
	/// Time from `now` to the next round, 0 if it is due; nothing when no round is left.
	[[nodiscard]] std::optional<Time> next_due(Time now) const;
	/// True once for each round that came due. Rounds missed meanwhile count as one: a burst teaches nobody more.
	[[nodiscard]] bool take_due(Time now);
	/// Rounds still to come.
	[[nodiscard]] std::size_t rounds_left() const { return offsets_.size() - next_; }

private:
	std::vector<Time> offsets_; ///< ascending
	std::size_t next_;          ///< first round not taken yet
	Time start_{};
};

} // namespace failover::announce
