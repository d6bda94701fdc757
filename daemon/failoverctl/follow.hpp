// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "context.hpp"

namespace failover::ctl {

struct FollowQuery {
	control::EventQuery events;
	bool no_wait = false; ///< end when the daemon goes away
};

/// Prints past events as the query says, then what happens, one line each. Says so when the daemon goes away and when
/// it is back, and goes on. Without a daemon at the start it fails.
int follow(const Context &context, const FollowQuery &query);

} // namespace failover::ctl
