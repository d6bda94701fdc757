// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <string>

namespace failover::xdp {

/// A map or program that is pinned there.
[[nodiscard]] Result<UniqueFd> open_pinned(const std::string &path);

/// Puts a value, of the map's own size, at a key of 32 bits.
[[nodiscard]] Status update(int map, std::uint32_t key, const void *value);

} // namespace failover::xdp
