// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/result.hpp"

namespace failover {

/// Undoes everything on this machine: masters are taken apart, NICs given back with their configuration, programs,
/// maps and the hidden namespace removed. For uninstalling; the daemon must not be running.
[[nodiscard]] Status release_everything();

} // namespace failover
