// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "control/types.hpp"
#include "render/view.hpp"

#include <string>
#include <vector>

namespace failover::ctl {

/// One line with its newline: time, master, kind, what happened.
[[nodiscard]] std::string render_event(const control::EventRecord &event, const View &view);
[[nodiscard]] std::string render_events(const std::vector<control::EventRecord> &events, const View &view);

} // namespace failover::ctl
