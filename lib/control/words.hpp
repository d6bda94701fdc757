// SPDX-License-Identifier: GPL-2.0-only
// The kernel's numbers in the words of io.failover.
#pragma once

#include "control/types.hpp"

#include <linux/fom_abi.h>

namespace failover::control {

[[nodiscard]] const char *role_name(fom_role role);
[[nodiscard]] const char *cause_name(fom_cause cause);
[[nodiscard]] Counters counters_of(const fom_stats &stats);

} // namespace failover::control
