// SPDX-License-Identifier: GPL-2.0-only
#include "control/daemon_source.hpp"

#include <cerrno>
#include <utility>

namespace failover::control {

Result<std::vector<MasterState>> DaemonSource::masters() {
	auto reply = client_.list();
	if (reply)
		return std::move(*reply);
	Error error = std::move(reply.error().transport);
	if (!reply.error().name.empty())
		error = {EPROTO, reply.error().message()};
	return tl::unexpected(std::move(error));
}

} // namespace failover::control
