// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"
#include "netlink/uevent.hpp"

#include <functional>
#include <variant>

namespace failover::netlink {

/// Uevents were lost: walk sysfs again.
struct UeventsLost {};
using UeventMonitorEvent = std::variant<Uevent, UeventsLost>;

/// Uevents straight from the kernel (NETLINK_KOBJECT_UEVENT group 1), not through udev. Network devices' events reach
/// only the namespace they are in; all other devices' every one that the initial user namespace owns.
class UeventMonitor {
public:
	[[nodiscard]] static Result<UeventMonitor> open();
	[[nodiscard]] int fd() const { return fd_.get(); }
	/// Delivers everything that is waiting; messages that are not from the kernel are dropped unread. A message
	/// that cannot be read is an error, after which reading can go on.
	[[nodiscard]] Status read(const std::function<void(const UeventMonitorEvent &)> &handler);

private:
	explicit UeventMonitor(UniqueFd fd) : fd_(std::move(fd)) {}
	UniqueFd fd_;
	Bytes buffer_;
};

} // namespace failover::netlink
