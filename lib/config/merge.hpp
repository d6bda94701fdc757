// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "config/layer.hpp"

namespace failover::config {

/// Lays the files over each other, later ones winning key by key, and checks what only the whole can show:
/// a master nobody could find, and matches that claim one NIC twice.
[[nodiscard]] Config merge(const std::vector<Layer> &layers, Problems &problems);

} // namespace failover::config
