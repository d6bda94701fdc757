// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "control/types.hpp"

#include <optional>
#include <string>
#include <vector>

namespace failover::ctl {

/// OpenMetrics 1.0 text (https://prometheus.io/docs/specs/om/open_metrics_spec/). `daemon` is empty when failoverd
/// did not answer and the masters come from the kernel.
[[nodiscard]] std::string render_metrics(const std::vector<control::MasterState> &masters,
					 const std::optional<control::VersionInfo> &daemon);

} // namespace failover::ctl
