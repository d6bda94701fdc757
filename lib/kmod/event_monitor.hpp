// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/result.hpp"
#include "netlink/channel.hpp"
#include "netlink/generic_family.hpp"

#include <functional>
#include <linux/fom_abi.h>
#include <optional>
#include <string>
#include <variant>

namespace failover::kmod {

/// What the module tells of a master in the namespace of the monitor.
struct ModuleEvent {
	int master = 0; ///< ifindex
	fom_event event{};
	std::string slave; ///< name; empty where the slave has left by now
};
/// The module was loaded.
struct ModuleCame {};
struct ModuleWent {};
/// Events were lost: what they led to can be asked for.
struct EventsLost {};

using MonitorEvent = std::variant<ModuleEvent, ModuleCame, ModuleWent, EventsLost>;

/// FOM_CMD_EVENT. Pure; refuses an event of another ABI version.
[[nodiscard]] Result<ModuleEvent> parse_event(const nlmsghdr *message);

/// Events of the module, be it loaded already or later. The order that loses nothing: open, then look, then read.
class EventMonitor {
public:
	[[nodiscard]] static Result<EventMonitor> open();
	/// Becomes readable when there is something to read; non-blocking.
	[[nodiscard]] int fd() const;
	/// Delivers everything that is waiting and returns. A message that cannot be read is an error, after which
	/// reading can go on.
	[[nodiscard]] Status read(const std::function<void(const MonitorEvent &)> &handler);

private:
	explicit EventMonitor(netlink::SocketPtr socket) : socket_(std::move(socket)) {}
	[[nodiscard]] Status follow(const netlink::GenericFamily &family);
	[[nodiscard]] Status dispatch(const nlmsghdr *message,
				      const std::function<void(const MonitorEvent &)> &handler);
	[[nodiscard]] Status family_came_or_went(const nlmsghdr *message,
						 const std::function<void(const MonitorEvent &)> &handler);

	netlink::SocketPtr socket_;
	std::optional<std::uint16_t> family_; ///< nothing: not loaded
	netlink::Bytes buffer_;
};

} // namespace failover::kmod
