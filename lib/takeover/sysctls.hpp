// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/result.hpp"

#include <string>
#include <vector>

namespace failover::takeover {

/// One setting below /proc/sys/net of an interface.
struct Sysctl {
	std::string path; ///< with "%" in place of the interface: "ipv4/conf/%/rp_filter"
	std::string value;
	bool is_default = false; ///< the same as the namespace's default for new interfaces

	friend bool operator==(const Sysctl &, const Sysctl &) = default;
};

/// Every writable setting of an interface, in order of path. Left out: addr_gen_mode, which netlink carries and whose
/// sysctl would add a link-local address at once.
[[nodiscard]] std::vector<Sysctl> read_sysctls(const std::string &interface);

/// Writes the settings whose value differs now (a written one stops following the namespace's default); returns a
/// sentence for each that could not be written.
[[nodiscard]] std::vector<std::string> write_sysctls(const std::string &interface, const std::vector<Sysctl> &sysctls);

} // namespace failover::takeover
