// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "control/types.hpp"
#include "render/view.hpp"

#include <string>
#include <vector>

namespace failover::ctl {

/// One row a master and a summary.
[[nodiscard]] std::string render_list(const std::vector<control::MasterState> &masters, const View &view);

} // namespace failover::ctl
