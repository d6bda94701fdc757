// SPDX-License-Identifier: GPL-2.0-only
// A master's element of fom_masters as the daemon begins it and reads it.
#pragma once

#include "master/kernel.hpp"
#include "master/master.hpp"

namespace failover {

/// A fresh element: no slaves, counters at zero.
void enter_in_table(Kernel &kernel, const Master &master);
/// What the kernel remembers of the last switch; its cost nobody knows any more.
[[nodiscard]] LastSwitch last_switch_of(const fom_master &entry);

} // namespace failover
