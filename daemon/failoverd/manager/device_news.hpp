// SPDX-License-Identifier: GPL-2.0-only
// What becomes of the devices that slaves sit on, and of their drivers. Links tell only that a NIC is there or is not:
// why, and what still lacks for its return, is known one level below.
#pragma once

#include "master/master.hpp"
#include "netlink/uevent.hpp"

namespace failover {

/// As it goes into the journal.
struct DeviceNews {
	model::Slot slot = 0;
	std::string kind; ///< "unplugged", "plugged", "bind", "unbind"
	std::string message;
};

/// Nothing where the event is not about the device of a slave of this master, be it there or gone.
[[nodiscard]] std::optional<DeviceNews> device_news(const netlink::Uevent &event, const Master &master);

} // namespace failover
