// SPDX-License-Identifier: GPL-2.0-only
// Drivers that look at a link some time after its interrupt, and hearing that interrupt (listen.trace.bpf.c).
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <string>

namespace failover::bpf {

/// The handler of this driver's link interrupt, which gets the network device as its second argument; nullptr: the
/// driver looks at the link at once, or is not known to us.
[[nodiscard]] const char *link_interrupt_of(const std::string &driver);

/// Loads the program; it is pinned at `path`. `hidden_netns`: inode number of the namespace that slaves are hidden in.
[[nodiscard]] Result<UniqueFd> load_listener(const std::string &path, std::uint32_t hidden_netns);

/// Has the program run before each call of that function of a loaded module, for as long as the module is loaded and
/// the link is pinned at `path`; what was pinned there goes. As perf_event_open(2) does it, which keeps no module from
/// being unloaded, as other ways do.
[[nodiscard]] Status attach_listener(int program_fd, const char *function, const std::string &path);

} // namespace failover::bpf
