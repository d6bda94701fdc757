// SPDX-License-Identifier: GPL-2.0-only
// The virtio-serial port that the harness listens on: lines in, lines out.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace failover::agent {

class Port {
public:
	/// The port of this name, waiting for its driver as long as `patience_ms`.
	[[nodiscard]] static Result<Port> open(std::string_view name, int patience_ms);

	[[nodiscard]] int fd() const { return fd_.get(); }
	/// Take in what has arrived; call when the descriptor is readable.
	[[nodiscard]] Status receive();
	/// The next whole line without its end, if one has arrived.
	[[nodiscard]] std::optional<std::string> next_line();
	[[nodiscard]] Status send_line(std::string_view line);

private:
	explicit Port(UniqueFd fd) : fd_(std::move(fd)) {}

	UniqueFd fd_;
	std::string arrived_;
	std::size_t searched_ = 0; ///< no end of line before here
};

} // namespace failover::agent
