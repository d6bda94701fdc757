// SPDX-License-Identifier: GPL-2.0-only
#include "base/clock.hpp"

#include <algorithm>
#include <ctime>

namespace failover {

std::chrono::nanoseconds boottime_now() {
	timespec time{};
	::clock_gettime(CLOCK_BOOTTIME, &time);
	return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::int64_t wall_clock_us(std::chrono::nanoseconds boottime) {
	using namespace std::chrono;
	const auto now = boottime_now();
	const auto ago = now - std::clamp(boottime, nanoseconds{0}, now);
	return duration_cast<microseconds>(system_clock::now().time_since_epoch() - ago).count();
}

std::int64_t wall_clock_us_ahead(std::chrono::nanoseconds boottime) {
	using namespace std::chrono;
	const auto now = boottime_now();
	const auto left = std::max(boottime, now) - now;
	return duration_cast<microseconds>(system_clock::now().time_since_epoch() + left).count();
}

} // namespace failover
