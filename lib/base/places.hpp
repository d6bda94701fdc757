// SPDX-License-Identifier: GPL-2.0-only
// Where things are that the daemon and the CLI must agree on.
#pragma once

#include <string>
#include <string_view>

namespace failover {

inline const std::string kRuntimeDir = "/run/failoverd";
inline const std::string kHiddenNetnsPath = kRuntimeDir + "/hidden-netns";

/// What users knew a hidden slave by.
struct VisibleIdentity {
	std::string name;
	int ifindex = 0; ///< 0: unknown
};

/// The alias that keeps it while the slave is hidden: "vf-failover slave, was 3: eth1".
[[nodiscard]] std::string slave_alias(const VisibleIdentity &was);
[[nodiscard]] bool is_slave_alias(std::string_view alias);
/// Reads it back; an alias that is not ours gives `name`, what the link is called now.
[[nodiscard]] VisibleIdentity identity_before_hiding(std::string_view alias, std::string_view name);

} // namespace failover
