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

} // namespace failover
