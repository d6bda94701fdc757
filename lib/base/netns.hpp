// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

#include <string>

namespace failover {

/// The network namespace of the calling thread.
[[nodiscard]] Result<UniqueFd> current_netns();
/// A namespace kept at a path (an nsfs bind mount, /proc/PID/ns/net).
[[nodiscard]] Result<UniqueFd> open_netns(const std::string &path);

/// Puts the calling thread into another network namespace until the end of the scope. Sockets opened meanwhile
/// stay in that namespace; /sys is not remounted, so bpffs and sysfs of the caller remain in view.
class NetnsScope {
public:
	[[nodiscard]] static Result<NetnsScope> enter(int netns_fd);
	NetnsScope(NetnsScope &&) noexcept = default;
	NetnsScope &operator=(NetnsScope &&) = delete;
	NetnsScope(const NetnsScope &) = delete;
	NetnsScope &operator=(const NetnsScope &) = delete;
	/// Going back cannot fail for a namespace we hold open; if the kernel says otherwise the process stops,
	/// because every later socket would land in the wrong place.
	~NetnsScope();

private:
	explicit NetnsScope(UniqueFd back) : back_(std::move(back)) {}
	UniqueFd back_;
};

} // namespace failover
