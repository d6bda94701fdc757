// SPDX-License-Identifier: GPL-2.0-only
// Slaves follow what users set on the master.
#pragma once

#include "master/kernel.hpp"
#include "master/master.hpp"

namespace failover {

/// MTU and MAC of the master, as `link` says, on all slaves or on none: what one refuses is taken back from those that
/// took it and from the master, and the error says who refused what. Promiscuity follows as far as slaves allow.
[[nodiscard]] Status sync_with_master(Kernel &kernel, Master &master, const netlink::Link &link);

} // namespace failover
