// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/result.hpp"
#include "sequence_log.hpp"

#include <nlohmann/json.hpp>
#include <string>

namespace failover::traffic {

/// Puts `report` in place in one step (rename), so that a reader sees the old file or the new one, never half.
[[nodiscard]] Status write_report(const std::string &path, const nlohmann::json &report);

/// What a report says of the packets: received, highest (-1: none), lost, lost_ranges, lost_total, duplicates,
/// reordered.
[[nodiscard]] nlohmann::json report_of(const SequenceLog &log);

} // namespace failover::traffic
