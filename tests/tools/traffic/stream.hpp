// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>

namespace failover::traffic {

struct StreamOptions {
	std::string address; ///< server: to bind to, client: to connect to
	std::uint16_t port = 0;
	std::uint64_t rate = 4 << 20; ///< bytes a second, each way
	double duration_s = 0;        ///< client only; 0: until SIGTERM
	std::string json;
};

/// Both ends send and check at the same time, each with its own pattern. The report says what passed, how much of it
/// was wrong, how often the connection broke, and the longest time without a byte from the other end.
[[nodiscard]] Status run_stream_server(const StreamOptions &options);
[[nodiscard]] Status run_stream_client(const StreamOptions &options);

} // namespace failover::traffic
