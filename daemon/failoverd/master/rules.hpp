// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "master/kernel.hpp"
#include "master/master.hpp"

#include <set>
#include <string>

namespace failover {

/// Gives a master that stands what is configured for it: its section, found by its name or its standby, else the
/// defaults. `in_use`: origins of the sections that masters have; this one's is added. The model is not told.
void take_rule(Kernel &kernel, Master &master, const config::Config &config, std::set<std::string> &in_use);

} // namespace failover
