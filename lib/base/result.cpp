// SPDX-License-Identifier: GPL-2.0-only
#include "base/result.hpp"

#include <cstring>

namespace failover {

tl::unexpected<Error> fail(std::string message) {
	return tl::unexpected<Error>(Error{0, std::move(message)});
}

tl::unexpected<Error> fail_errno(int code, std::string_view what) {
	return tl::unexpected<Error>(Error{code, fmt::format("{}: {}", what, std::strerror(code))});
}

} // namespace failover
