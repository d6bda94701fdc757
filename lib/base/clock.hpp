// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <chrono>
#include <cstdint>

namespace failover {

/// CLOCK_BOOTTIME: the clock of the kernel's events, which goes on while the guest sleeps.
[[nodiscard]] std::chrono::nanoseconds boottime_now();

/// Microseconds since the epoch of a CLOCK_BOOTTIME instant of the past. What cannot be one, because somebody else
/// wrote it wrong, counts as the boot, or as now.
[[nodiscard]] std::int64_t wall_clock_us(std::chrono::nanoseconds boottime);

/// The same of an instant to come. One that has passed counts as now.
[[nodiscard]] std::int64_t wall_clock_us_ahead(std::chrono::nanoseconds boottime);

} // namespace failover
