// SPDX-License-Identifier: GPL-2.0-only
#include "netlink/link_monitor.hpp"

#include "netlink/notifications.hpp"

#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include <cerrno>
#include <sys/socket.h>

namespace failover::netlink {

namespace {

using Handler = std::function<void(const MonitorEvent &)>;

std::vector<int> group_numbers(const MonitorGroups &groups) {
	std::vector<int> numbers;
	const auto add = [&numbers](bool wanted, std::initializer_list<int> more) {
		if (wanted)
			numbers.insert(numbers.end(), more);
	};
	add(groups.links, {RTNLGRP_LINK});
	add(groups.addresses, {RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR});
	add(groups.routes, {RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE});
	add(groups.neighbours, {RTNLGRP_NEIGH});
	return numbers;
}

template <typename Event, typename T> Status deliver(Change change, Result<T> parsed, const Handler &handler) {
	if (!parsed)
		return tl::unexpected(std::move(parsed.error()));
	handler(Event{change, std::move(*parsed)});
	return {};
}

Status dispatch(const nlmsghdr *message, const Handler &handler) {
	switch (message->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		if (!describes_device(message))
			return {};
		return deliver<LinkEvent>(message->nlmsg_type == RTM_DELLINK ? Change::kRemoved : Change::kPresent,
					  parse_link(message), handler);
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return deliver<AddressEvent>(message->nlmsg_type == RTM_DELADDR ? Change::kRemoved : Change::kPresent,
					     parse_address(message), handler);
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		return deliver<RouteEvent>(message->nlmsg_type == RTM_DELROUTE ? Change::kRemoved : Change::kPresent,
					   parse_route(message), handler);
	case RTM_NEWNEIGH:
	case RTM_DELNEIGH:
		return deliver<NeighbourEvent>(message->nlmsg_type == RTM_DELNEIGH ? Change::kRemoved
										   : Change::kPresent,
					       parse_neighbour(message), handler);
	default:
		return {};
	}
}

} // namespace

Result<LinkMonitor> LinkMonitor::open(const MonitorGroups &groups) {
	SocketPtr socket(::nl_socket_alloc());
	if (!socket)
		return fail_errno(ENOMEM, "allocating a netlink socket");
	if (const int error = ::nl_connect(socket.get(), NETLINK_ROUTE); error < 0)
		return fail(fmt::format("opening a netlink socket for notifications: {}", ::nl_geterror(error)));

	const int fd = ::nl_socket_get_fd(socket.get());
	enlarge_receive_buffer(fd, groups.receive_buffer);
	if (const int error = ::nl_socket_set_nonblocking(socket.get()); error < 0)
		return fail(fmt::format("making the notification socket non-blocking: {}", ::nl_geterror(error)));
	for (const int group : group_numbers(groups))
		if (::setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
			return fail_errno(errno, fmt::format("subscribing to rtnetlink group {}", group));
	return LinkMonitor(std::move(socket));
}

int LinkMonitor::fd() const {
	return ::nl_socket_get_fd(socket_.get());
}

Status LinkMonitor::read(const Handler &handler) {
	const auto each = [&handler](ByteSpan datagram) -> Status {
		auto left = static_cast<int>(datagram.size());
		auto *message =
		    reinterpret_cast<nlmsghdr *>(const_cast<std::uint8_t *>(datagram.data())); // libnl's types
		for (; ::nlmsg_ok(message, left); message = ::nlmsg_next(message, &left))
			if (auto ok = dispatch(message, handler); !ok)
				return ok;
		return {};
	};
	return read_notifications(fd(), buffer_, "link notifications", each, [&] { handler(ResyncNeeded{}); });
}

} // namespace failover::netlink
