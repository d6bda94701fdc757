// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "control/types.hpp"
#include "render/view.hpp"

#include <string>
#include <vector>

namespace failover::ctl {

/// Counters of every slave, since it first joined.
[[nodiscard]] std::string render_stats(const std::vector<control::MasterState> &masters, const View &view);
/// What passed between two looks, a second.
[[nodiscard]] std::string render_rates(const std::vector<control::MasterState> &before,
				       const std::vector<control::MasterState> &after, double seconds,
				       const View &view);

} // namespace failover::ctl
