// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "checks.hpp"
#include "render/view.hpp"

#include <string>
#include <vector>

namespace failover::ctl {

/// The worst first, each with what to do about it, then what is well, then the verdict.
[[nodiscard]] std::string render_doctor(const std::vector<Finding> &findings, const View &view);

} // namespace failover::ctl
