// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "control/types.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace failover::ctl {

/// What the doctor has to go by.
struct Evidence {
	std::string own_version;
	std::int64_t own_abi = 0;
	std::optional<control::VersionInfo> daemon;               ///< empty: it does not answer,
	std::string daemon_error;                                 ///< for this reason
	std::optional<std::vector<control::MasterState>> masters; ///< empty: nobody could tell
	std::vector<control::EventRecord> events;
	std::int64_t now = 0; ///< microseconds since the epoch
};

enum class Severity {
	Ok,
	Note,    ///< worth knowing, nothing to do at once
	Warning, ///< the next incident will hurt
	Problem, ///< it hurts now
};

struct Finding {
	Severity severity = Severity::Ok;
	std::string check;  ///< short name for programs: "redundancy"
	std::string master; ///< empty: the whole machine
	std::string message;
	std::string advice; ///< what to do, empty when all is well

	friend bool operator==(const Finding &, const Finding &) = default;
};

/// Everything that was looked at, also what is well.
[[nodiscard]] std::vector<Finding> examine(const Evidence &evidence);
/// Whether something is a warning or worse.
[[nodiscard]] bool unhealthy(const std::vector<Finding> &findings);

[[nodiscard]] const char *severity_name(Severity severity);
[[nodiscard]] nlohmann::json to_json(const std::vector<Finding> &findings);

} // namespace failover::ctl
