// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/result.hpp"
#include "control/service.hpp"

#include <string_view>

namespace failover::control {

/// Asks the kernel who is connected to this Unix socket and whether he may change things.
[[nodiscard]] Result<Caller> identify_peer(int socket);

/// Whether the text of a /proc/PID/status shows CAP_NET_ADMIN among the effective capabilities.
[[nodiscard]] bool status_has_net_admin(std::string_view status);

} // namespace failover::control
