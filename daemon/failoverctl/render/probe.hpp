// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "control/types.hpp"
#include "render/view.hpp"

#include <string>

namespace failover::ctl {

/// What this kernel can do and what was chosen.
[[nodiscard]] std::string render_probe(const control::ProbeReport &report, const View &view);

} // namespace failover::ctl
