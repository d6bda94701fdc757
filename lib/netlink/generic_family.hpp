// SPDX-License-Identifier: GPL-2.0-only
// Generic netlink: families are found by name.
#pragma once

#include "base/result.hpp"
#include "netlink/channel.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

struct nlmsghdr;

namespace failover::netlink {

struct GenericFamily {
	std::uint16_t id = 0;
	std::string name;
	std::map<std::string, std::uint32_t> groups; ///< multicast groups by name
};

/// The controller's description of a family (CTRL_CMD_NEWFAMILY, CTRL_CMD_DELFAMILY). Pure.
[[nodiscard]] Result<GenericFamily> parse_family(const nlmsghdr *message);
/// Asks the controller; nothing where the kernel has no such family. `channel` is a generic-netlink one.
[[nodiscard]] Result<std::optional<GenericFamily>> find_family(Channel &channel, const std::string &name);
/// A request with its header; attributes follow.
[[nodiscard]] Request generic_request(int family, std::uint8_t command, std::uint8_t version);

} // namespace failover::netlink
