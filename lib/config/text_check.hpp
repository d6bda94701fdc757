// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "config/document.hpp"

#include <optional>
#include <string_view>

namespace failover::config {

/// Finds what the TOML library cannot be given. Its version 3.3 runs into undefined behaviour on some characters beyond
/// ASCII (is_non_ascii_horizontal_whitespace()), and frees nested tables by recursion, as deep as a line has dots.
/// Refused are: characters beyond ASCII outside of comments, none of which any key or value of ours has; strings of
/// several lines, which none of ours takes either; lines with more dots outside of strings than keys could want.
[[nodiscard]] std::optional<SyntaxError> check_text(std::string_view text);

} // namespace failover::config
