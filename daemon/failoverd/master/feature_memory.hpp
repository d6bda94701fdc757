// SPDX-License-Identifier: GPL-2.0-only
// What slaves had of their own before they followed the master's features. The kernel does not keep it, and a daemon
// that comes after this one must be able to give it back.
#pragma once

#include "base/result.hpp"

#include <map>
#include <string>

namespace failover {

/// By name as in `ethtool -k`.
using FeatureValues = std::map<std::string, bool>;

/// Keeps `before` in a file of `directory` for the slave with this ifindex; nothing to keep removes the file.
[[nodiscard]] Status remember_features(const std::string &directory, int ifindex, const FeatureValues &before);
/// Nothing where nothing was kept; lines that do not read "NAME on" or "NAME off" do not count.
[[nodiscard]] FeatureValues recall_features(const std::string &directory, int ifindex);

} // namespace failover
