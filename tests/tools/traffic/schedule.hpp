// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>

namespace failover::traffic {

/// When the packets of a steady flow are due, as absolute times in ns.
///
/// A sender that was held up catches up, but gently: at most kBurst packets back to back, and never above twice the
/// nominal rate, so that no queue on the way sees more than it would from a steady flow of 2 * pps. Whoever is more
/// than kForgive behind starts afresh from now; then the rate over all is lower than asked for.
class Schedule {
public:
	static constexpr unsigned kBurst = 8;
	static constexpr std::uint64_t kForgive = 1'000'000'000;

	Schedule(std::uint64_t pps, std::uint64_t start_ns);

	/// How many packets may go out now; they count as sent.
	[[nodiscard]] unsigned take(std::uint64_t now_ns);
	/// When to ask again.
	[[nodiscard]] std::uint64_t wake_ns() const { return wake_ns_; }

private:
	[[nodiscard]] std::uint64_t due(std::uint64_t packets) const;

	std::uint64_t pps_;
	std::uint64_t anchor_ns_;
	std::uint64_t taken_ = 0; ///< since anchor_ns_
	std::uint64_t wake_ns_;
};

} // namespace failover::traffic
