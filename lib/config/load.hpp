// SPDX-License-Identifier: GPL-2.0-only
// From files to a Config. Errors are "file:line:column: key: found what, expected what", all at once, one per line.
#pragma once

#include "base/result.hpp"
#include "config/config.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace failover::config {

inline constexpr const char *kMainFile = "/etc/failover/failover.toml";
inline constexpr const char *kDropinDir = "/etc/failover/failover.toml.d";
inline constexpr const char *kLastGoodDir = "/var/lib/failover/last-good";

/// A file already read.
struct Source {
	std::string name;
	std::string text;
};

/// One text; `filename` is for messages.
[[nodiscard]] Result<Config> parse(std::string_view text, std::string_view filename);

/// Later sources win key by key. A [[master]] with the name of an earlier one changes that one: the keys it has
/// replace the earlier ones (a match table as a whole), the others stay.
[[nodiscard]] Result<Config> parse_sources(const std::vector<Source> &sources);

/// Reads `path` and the *.toml of `dropin_dir` in order of name. Either may be missing: then defaults hold. Anything
/// else that keeps a file from being read is an error.
[[nodiscard]] Result<Config> load(const std::string &path, const std::string &dropin_dir);

} // namespace failover::config
