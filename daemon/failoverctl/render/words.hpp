// SPDX-License-Identifier: GPL-2.0-only
// What a master's state means, in words.
#pragma once

#include "control/types.hpp"
#include "render/view.hpp"

#include <string>

namespace failover::ctl {

enum class Standing {
	Redundant, ///< traffic flows and another slave could take over at once
	Alone,     ///< traffic flows, nothing could take over
	NoPath,    ///< no slave carries traffic
};

[[nodiscard]] Standing standing_of(const control::MasterState &master);
[[nodiscard]] Tone tone_of(Standing standing);
[[nodiscard]] Tone tone_of_health(const std::string &health);

/// The slave that carries traffic, nullptr: none.
[[nodiscard]] const control::SlaveState *active_slave(const control::MasterState &master);

/// "redundant: virtio0 (standby) is ready", "no redundancy: vf0 (primary) is gone", "no path: ..."
[[nodiscard]] std::string standing_words(const control::MasterState &master);
/// "vf0 lost its carrier"
[[nodiscard]] std::string cause_words(const control::SwitchRecord &change);
/// "virtio0 → vf0, failback: vf0 came back and is preferred (daemon, took 1.84 ms, lost nothing)"
[[nodiscard]] std::string switch_words(const control::SwitchRecord &change, const View &view);
/// Nobody answers by the active slave; not where another one was returned to for that.
[[nodiscard]] bool is_silent(const control::MasterState &master);
/// Could take over at once, and nothing is known against it.
[[nodiscard]] bool is_fit(const control::SlaveState &slave);
/// "is gone", "has no carrier"
[[nodiscard]] std::string health_words(const std::string &health);
/// "is doubted until Tue 2023-11-14 22:13:20 UTC"
[[nodiscard]] std::string doubt_words(const control::SlaveState &slave);

} // namespace failover::ctl
