// SPDX-License-Identifier: GPL-2.0-only
#include "netlink/notification_socket.hpp"

#include "netlink/notifications.hpp"

#include <linux/netlink.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include <cerrno>
#include <sys/socket.h>

namespace failover::netlink {

Result<SocketPtr> open_notifications(int protocol, int receive_buffer) {
	SocketPtr socket(::nl_socket_alloc());
	if (!socket)
		return fail_errno(ENOMEM, "allocating a netlink socket");
	if (const int error = ::nl_connect(socket.get(), protocol); error < 0)
		return fail(fmt::format("opening a netlink socket for notifications: {}", ::nl_geterror(error)));
	enlarge_receive_buffer(descriptor_of(socket), receive_buffer);
	if (const int error = ::nl_socket_set_nonblocking(socket.get()); error < 0)
		return fail(fmt::format("making the notification socket non-blocking: {}", ::nl_geterror(error)));
	return socket;
}

int descriptor_of(const SocketPtr &socket) {
	return ::nl_socket_get_fd(socket.get());
}

Status subscribe(const SocketPtr &socket, std::uint32_t group) {
	if (::setsockopt(descriptor_of(socket), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		return fail_errno(errno, fmt::format("subscribing to netlink group {}", group));
	return {};
}

Status each_message(ByteSpan datagram, const std::function<Status(const nlmsghdr *)> &handler) {
	auto left = static_cast<int>(datagram.size());
	auto *message = reinterpret_cast<nlmsghdr *>(const_cast<std::uint8_t *>(datagram.data())); // libnl's types
	for (; ::nlmsg_ok(message, left); message = ::nlmsg_next(message, &left))
		if (auto ok = handler(message); !ok)
			return ok;
	return {};
}

} // namespace failover::netlink
