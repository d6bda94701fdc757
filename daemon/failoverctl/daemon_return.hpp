// SPDX-License-Identifier: GPL-2.0-only
// Waiting for a daemon that went away.
#pragma once

#include "base/fd.hpp"
#include "control/client.hpp"

#include <chrono>
#include <string>

namespace failover::ctl {

class DaemonReturn {
public:
	/// Watches for the daemon's socket from here on.
	explicit DaemonReturn(std::string socket);

	/// Returns when a daemon answers again; an error where something else than its absence keeps us from it.
	[[nodiscard]] Result<control::Client> wait();

private:
	/// Returns when the socket has changed or, false, `longest` has passed.
	[[nodiscard]] bool wait_for_change(std::chrono::milliseconds longest);
	[[nodiscard]] bool socket_changed();

	std::string socket_;
	UniqueFd changes_; ///< inotify of the socket's directory; closed where there is none
};

} // namespace failover::ctl
