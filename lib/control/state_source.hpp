// SPDX-License-Identifier: GPL-2.0-only
// Where the state of the masters is read from: the daemon, or the kernel itself while no daemon runs.
#pragma once

#include "base/result.hpp"
#include "control/types.hpp"

#include <vector>

namespace failover::control {

enum class StateOrigin {
	Daemon,
	Kernel, ///< no names of causes or losses beyond what the kernel keeps
};

class StateSource {
public:
	virtual ~StateSource() = default;

	[[nodiscard]] virtual Result<std::vector<MasterState>> masters() = 0;
	[[nodiscard]] virtual StateOrigin origin() const = 0;
};

} // namespace failover::control
