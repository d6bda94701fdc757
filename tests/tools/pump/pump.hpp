// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/result.hpp"
#include "route.hpp"

#include <chrono>
#include <memory>

namespace failover::pump {

using Clock = std::chrono::steady_clock;

/// What passed in a slice of time, sent and received by this one thread.
struct Slice {
	std::chrono::nanoseconds elapsed{};
	std::uint64_t sent = 0;
	std::uint64_t received = 0; ///< packets or bytes

	[[nodiscard]] double cost() const {
		return static_cast<double>(elapsed.count()) / static_cast<double>(received);
	}
};

/// One kind of traffic over one route. Sender and receiver are one thread: what it takes is the whole path, from the
/// sender's system call to the receiver's, without a scheduler in between.
class Pump {
public:
	virtual ~Pump() = default;
	[[nodiscard]] virtual Result<Slice> run(std::chrono::milliseconds time) = 0;
};

[[nodiscard]] Result<std::unique_ptr<Pump>> open_udp(const Route &route, unsigned size);
[[nodiscard]] Result<std::unique_ptr<Pump>> open_tcp(const Route &route);

} // namespace failover::pump
