// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>

namespace failover::traffic {

struct SendOptions {
	std::string to;
	std::uint16_t port = 0;
	std::string bind; ///< source address, empty: the kernel's choice
	std::uint64_t pps = 1'000;
	unsigned size = 64;    ///< bytes of UDP payload
	double duration_s = 0; ///< 0: until SIGTERM
	std::string json;
};

/// Sends numbered datagrams at a steady rate (see Schedule). A packet the kernel refuses is counted and its number is
/// used up: for the user it is lost like any other. Like the other verbs, it takes SIGUSR1 from its first report on.
[[nodiscard]] Status run_sender(const SendOptions &options);

} // namespace failover::traffic
