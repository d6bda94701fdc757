// SPDX-License-Identifier: GPL-2.0-only
// The programs of kernel.bpf.c, which read the kernel's own structures: which of their forms this kernel takes is found
// by trying.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace failover::bpf {

/// How one optional or alternative piece came out when it was tried.
struct Trial {
	std::string name;
	bool works = false;
	std::string detail;
};

/// A program of watch.trace.bpf.c, attached and pinned where the kernel allows it.
struct Watch {
	const char *pin;
	const char *program;
	const char *detail;
	bool works = false;
	std::string reason = {}; ///< why it does not
};

/// Loads the transmit program and pins it at `tx_path` (empty: not wanted), and attaches the watches. That the kernel
/// takes no watch is no error. `hidden_netns`: inode number of the namespace they filter by.
[[nodiscard]] Status load_kernel_programs(const std::string &tx_path, std::span<Watch *const> watches,
					  std::uint32_t hidden_netns, std::vector<Trial> &trials);

} // namespace failover::bpf
