// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/result.hpp"
#include "netlink/attribute_reader.hpp"

#include <map>
#include <string>

namespace failover::netlink {

/// A kernel uevent: "ACTION@DEVPATH" and KEY=VALUE strings, each ended by NUL (lib/kobject_uevent.c).
struct Uevent {
	std::string action;    ///< add, remove, change, move, online, offline, bind, unbind
	std::string devpath;   ///< below /sys
	std::string subsystem; ///< "net", "pci"
	std::map<std::string, std::string, std::less<>> properties;

	/// Value of a property, empty when there is none.
	[[nodiscard]] std::string property(std::string_view key) const;
};

/// Pure. Refuses what is not a kernel uevent, among it udev's own messages ("libudev" header).
[[nodiscard]] Result<Uevent> parse_uevent(ByteSpan datagram);

} // namespace failover::netlink
