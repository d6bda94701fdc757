// SPDX-License-Identifier: GPL-2.0-only
// RFC 4648 base64: how files travel in a line of JSON.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace failover::agent {

[[nodiscard]] std::string base64_encode(std::string_view bytes);
/// Refuses everything but whole, padded groups of the standard alphabet.
[[nodiscard]] Result<std::string> base64_decode(std::string_view text);

} // namespace failover::agent
