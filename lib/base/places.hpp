// SPDX-License-Identifier: GPL-2.0-only
// Where things are that the daemon and the CLI must agree on.
#pragma once

#include <string>
#include <string_view>

namespace failover {

inline const std::string kRuntimeDir = "/run/failoverd";
inline const std::string kHiddenNetnsPath = kRuntimeDir + "/hidden-netns";

/// The alias of a hidden slave ends with the name that users knew it by.
inline constexpr std::string_view kSlaveAliasPrefix = "vf-failover slave, was ";

/// What users called a hidden link; its name where the alias is not ours.
[[nodiscard]] inline std::string name_before_hiding(std::string_view alias, std::string_view name) {
	return std::string(alias.starts_with(kSlaveAliasPrefix) ? alias.substr(kSlaveAliasPrefix.size()) : name);
}

} // namespace failover
