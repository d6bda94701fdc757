// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/fd.hpp"
#include "base/places.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace failover {

/// Runs `what` with the calling thread in a new network namespace without IPv6; the namespace lives on only if `what`
/// saw to it.
[[nodiscard]] Status in_new_netns(const std::function<Status()> &what);

/// The network namespace that holds the slaves. It is kept by an nsfs mount, so it lives on while the daemon does not;
/// the daemon's descriptor keeps it even if somebody unmounts that.
struct HiddenNetns {
	UniqueFd fd;
	std::uint32_t inode = 0; ///< what the kernel compares namespaces by
	bool created = false;    ///< by this call; else it was found

	/// Finds the namespace or makes it: IPv6 off, so that a slave never takes an address or sends of its own.
	[[nodiscard]] static Result<HiddenNetns> open_or_create();
	/// Lets go of it: what is in it, and nobody else keeps, the kernel gives back. There need be none.
	[[nodiscard]] static Status let_go();
};

} // namespace failover
