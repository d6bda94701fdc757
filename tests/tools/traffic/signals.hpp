// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

#include <optional>

namespace failover::traffic {

/// The requests that reach us by signal: SIGTERM and SIGINT end the run, SIGUSR1 asks for a report now.
class Signals {
public:
	enum class Request { kStop, kReport };

	/// Blocks the signals for the process; from then on they come by this descriptor only.
	[[nodiscard]] static Result<Signals> take_over();

	[[nodiscard]] int fd() const { return fd_.get(); }
	/// The next pending request, without waiting.
	[[nodiscard]] std::optional<Request> next() const;

private:
	explicit Signals(UniqueFd fd) : fd_(std::move(fd)) {}
	UniqueFd fd_;
};

} // namespace failover::traffic
