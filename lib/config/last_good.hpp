// SPDX-License-Identifier: GPL-2.0-only
// The configuration that last worked, kept on disk for a start after somebody broke the files.
#pragma once

#include "base/result.hpp"
#include "config/config.hpp"

#include <string>

namespace failover::config {

/// Stores the merged outcome as STATE_DIR/failover.toml, directories made as needed. The file is complete or the old
/// one: written beside, synced, renamed, directory synced.
[[nodiscard]] Status save_last_good(const std::string &state_dir, const Config &config);

struct Loaded {
	Config config;
	bool from_last_good = false;
	std::string complaint = {}; ///< why the files were refused and what is used instead; empty when they were taken
};

/// load(); where that is refused, what save_last_good() kept. Fails only when neither can be used.
[[nodiscard]] Result<Loaded> load_with_fallback(const std::string &path, const std::string &dropin_dir,
						const std::string &state_dir);

} // namespace failover::config
