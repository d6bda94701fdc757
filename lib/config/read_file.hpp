// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <string>

namespace failover::config {

/// The whole of a regular file of at most `limit` bytes; the errno tells a missing one (ENOENT). Never waits: a FIFO
/// in the place of a file is refused.
[[nodiscard]] Result<std::string> read_file(const std::string &path, std::size_t limit);

} // namespace failover::config
