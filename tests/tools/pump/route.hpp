// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

#include <netinet/in.h>
#include <string>

namespace failover::pump {

/// From where to where: two network namespaces and the receiver's address.
struct Route {
	std::string name;
	std::string from; ///< path of the sender's namespace
	std::string to;   ///< path of the receiver's namespace
	in_addr address{};
};

/// "NAME,FROM_NETNS,TO_NETNS,ADDRESS"
[[nodiscard]] Result<Route> parse_route(const std::string &text);

/// A non-blocking IPv4 socket in a namespace; the calling thread is back in its own when this returns.
[[nodiscard]] Result<UniqueFd> socket_in(const std::string &netns, int type);
/// Bound to a free port of `address`, which is then in the result.
[[nodiscard]] Result<sockaddr_in> bind_to(int fd, in_addr address);

} // namespace failover::pump
