// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>

namespace failover::traffic {

struct ReceiveOptions {
	std::uint16_t port = 0;
	std::string bind = "0.0.0.0";
	/// The kernel charges about 0.8 KiB for a small datagram: 64 MiB (doubled by the kernel) ride out seconds of a
	/// receiver that gets no CPU.
	int buffer = 64 << 20;
	std::string json;
	std::string timeline; ///< empty: none
};

/// Counts what arrives until SIGTERM. The report exists from the moment the socket listens.
[[nodiscard]] Status run_receiver(const ReceiveOptions &options);

} // namespace failover::traffic
