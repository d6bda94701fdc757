// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/result.hpp"
#include "netlink/address.hpp"
#include "netlink/channel.hpp"
#include "netlink/link.hpp"
#include "netlink/neighbour.hpp"
#include "netlink/route.hpp"

#include <functional>
#include <variant>

namespace failover::netlink {

enum class Change { kPresent /* added or changed */, kRemoved };

struct LinkEvent {
	Change change;
	Link link;
};
struct AddressEvent {
	Change change;
	Address address;
};
struct RouteEvent {
	Change change;
	Route route;
};
struct NeighbourEvent {
	Change change;
	Neighbour neighbour;
};
/// Events were lost (the socket's buffer overflowed): what is known must be read anew with a dump.
struct ResyncNeeded {};

using MonitorEvent = std::variant<LinkEvent, AddressEvent, RouteEvent, NeighbourEvent, ResyncNeeded>;

struct MonitorGroups {
	bool links = true;
	bool addresses = false; ///< IPv4 and IPv6
	bool routes = false;    ///< IPv4 and IPv6
	bool neighbours = false;
	int receive_buffer = 4 << 20; ///< bytes; above rmem_max it needs CAP_NET_ADMIN, as everything here does
};

/// Notifications of the namespace it was opened in. The order that loses nothing: open, then dump with a RouteSocket,
/// then read.
class LinkMonitor {
public:
	[[nodiscard]] static Result<LinkMonitor> open(const MonitorGroups &groups = {});
	/// Becomes readable when there is something to read; non-blocking.
	[[nodiscard]] int fd() const;
	/// Delivers everything that is waiting and returns. A message that cannot be read is an error, after which
	/// reading can go on.
	[[nodiscard]] Status read(const std::function<void(const MonitorEvent &)> &handler);

private:
	explicit LinkMonitor(SocketPtr socket) : socket_(std::move(socket)) {}
	SocketPtr socket_;
	Bytes buffer_;
};

} // namespace failover::netlink
