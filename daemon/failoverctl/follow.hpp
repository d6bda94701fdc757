// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "context.hpp"

namespace failover::ctl {

/// Prints past events as the query says, then what happens, one line each, until the daemon goes away.
int follow(const Context &context, const control::EventQuery &query);

} // namespace failover::ctl
