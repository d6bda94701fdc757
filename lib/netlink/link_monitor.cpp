// SPDX-License-Identifier: GPL-2.0-only
#include "netlink/link_monitor.hpp"

#include "netlink/notification_socket.hpp"
#include "netlink/notifications.hpp"

#include <linux/rtnetlink.h>

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
	auto socket = open_notifications(NETLINK_ROUTE, groups.receive_buffer);
	if (!socket)
		return tl::unexpected(std::move(socket.error()));
	for (const int group : group_numbers(groups))
		if (auto ok = subscribe(*socket, static_cast<std::uint32_t>(group)); !ok)
			return tl::unexpected(std::move(ok.error()));
	return LinkMonitor(std::move(*socket));
}

int LinkMonitor::fd() const {
	return descriptor_of(socket_);
}

Status LinkMonitor::read(const Handler &handler) {
	const auto each = [&handler](ByteSpan datagram) {
		return each_message(datagram, [&](const nlmsghdr *message) { return dispatch(message, handler); });
	};
	return read_notifications(fd(), buffer_, "link notifications", each, [&] { handler(ResyncNeeded{}); });
}

} // namespace failover::netlink
