// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "control/types.hpp"
#include "render/view.hpp"

#include <string>
#include <vector>

namespace failover::ctl {

/// Everything about one master: what carries the traffic first, then why, then the rest.
[[nodiscard]] std::string render_master(const control::MasterState &master,
					const std::vector<control::EventRecord> &events, const View &view);
/// All masters, one after the other; of `events` each master gets its own, at most `events_each` of the youngest.
[[nodiscard]] std::string render_status(const std::vector<control::MasterState> &masters,
					const std::vector<control::EventRecord> &events, std::size_t events_each,
					const View &view);

} // namespace failover::ctl
