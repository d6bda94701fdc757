// SPDX-License-Identifier: GPL-2.0-only
// What slaves' hardware lets through must be what the master and the devices on top of it want to hear.
#pragma once

#include "master/kernel.hpp"
#include "master/master.hpp"

#include <string>
#include <vector>

namespace failover {

/// What lies on the master now, among the links of the visible namespace.
[[nodiscard]] Uppers uppers_of(const Master &master, const std::vector<netlink::Link> &links);

/// Do others' addresses stand behind the master, whose frames go by its active slave and may come back by another? True
/// where something above it has another address, or it or that is a port of something.
[[nodiscard]] bool others_behind(const Master &master, const std::vector<netlink::Link> &links);

/// Opens the slaves' VLAN and MAC filters for master.uppers and closes those that nobody wants any more. Returns what
/// did not succeed, in words.
std::vector<std::string> sync_filters(Kernel &kernel, Master &master);

} // namespace failover
