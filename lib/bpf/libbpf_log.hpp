// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>

namespace failover::bpf {

/// While it lives, what libbpf would print to stderr is kept; the first warning says why something failed.
/// One at a time: libbpf's print callback is global to the process.
class LibbpfLog {
public:
	LibbpfLog();
	~LibbpfLog();
	LibbpfLog(const LibbpfLog &) = delete;
	LibbpfLog &operator=(const LibbpfLog &) = delete;

	/// Why the last thing failed: the first warning since, which is then forgotten; "no reason given" if there was
	/// none.
	[[nodiscard]] std::string take_reason();
};

} // namespace failover::bpf
