// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "control/client.hpp"
#include "control/state_source.hpp"

namespace failover::control {

/// The masters as failoverd knows them.
class DaemonSource final : public StateSource {
public:
	/// The client must outlive the source.
	explicit DaemonSource(Client &client) : client_(client) {}

	[[nodiscard]] Result<std::vector<MasterState>> masters() override;
	[[nodiscard]] StateOrigin origin() const override { return StateOrigin::Daemon; }

private:
	Client &client_;
};

} // namespace failover::control
