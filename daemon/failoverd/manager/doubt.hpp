// SPDX-License-Identifier: GPL-2.0-only
// What the kernel module is to be told when nobody answers by its active slave. Pure.
#pragma once

#include "kmod/master.hpp"
#include "model/silence.hpp"

#include <optional>

namespace failover {

/// `master`: as it is now; how long its slaves were doubted last is known of it alone. Nothing: silence is only to be
/// told of.
[[nodiscard]] std::optional<kmod::Doubt> doubt_for_silence(const kmod::Master &master, model::Silence &silence,
							   model::Time now);

} // namespace failover
