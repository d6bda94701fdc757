// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <ctime>

namespace failover::traffic {

[[nodiscard]] inline std::uint64_t to_ns(const timespec &time) {
	return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

[[nodiscard]] inline std::uint64_t monotonic_ns() {
	timespec now{};
	::clock_gettime(CLOCK_MONOTONIC, &now);
	return to_ns(now);
}

} // namespace failover::traffic
