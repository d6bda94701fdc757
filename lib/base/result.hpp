// SPDX-License-Identifier: GPL-2.0-only
// Errors are values: an errno and a sentence that says what failed, on what, and why.
#pragma once

#include <fmt/format.h>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace failover {

struct Error {
	int code = 0; ///< errno value, 0 where none applies
	std::string message;

	/// The same error seen from one level up: "context: message".
	[[nodiscard]] Error within(std::string_view context) && {
		message = fmt::format("{}: {}", context, message);
		return std::move(*this);
	}
};

template <typename T> using Result = tl::expected<T, Error>;
using Status = Result<void>;

/// An error without an errno of its own.
[[nodiscard]] tl::unexpected<Error> fail(std::string message);
/// An error with an errno; its text (strerror) is appended after ": ".
[[nodiscard]] tl::unexpected<Error> fail_errno(int code, std::string_view what);

} // namespace failover
