// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "control/types.hpp"
#include "kmod/master.hpp"

namespace failover::kmod {

/// A master of the kernel module as everything of ours tells of masters.
[[nodiscard]] control::MasterState state_of(const Master &master);

} // namespace failover::kmod
