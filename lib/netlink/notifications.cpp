// SPDX-License-Identifier: GPL-2.0-only
#include "netlink/notifications.hpp"

#include <cerrno>
#include <linux/netlink.h>
#include <sys/socket.h>

namespace failover::netlink {

Status read_notifications(int fd, Bytes &buffer, std::string_view what, const std::function<Status(ByteSpan)> &message,
			  const std::function<void()> &lost) {
	for (;;) {
		sockaddr_nl sender{};
		socklen_t length = sizeof(sender);
		// A link with many VFs fills more than any fixed buffer: ask for the size first.
		ssize_t size = ::recv(fd, nullptr, 0, MSG_PEEK | MSG_TRUNC);
		if (size >= 0) {
			buffer.resize(static_cast<std::size_t>(size));
			size = ::recvfrom(fd, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr *>(&sender),
					  &length);
		}
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0 && errno == EAGAIN)
			return {};
		if (size < 0 && errno == ENOBUFS) {
			lost();
			continue;
		}
		if (size < 0)
			return fail_errno(errno, fmt::format("reading {}", what));
		// Any process may send to our port; only the kernel has port 0.
		if (sender.nl_pid != 0)
			continue;
		if (auto ok = message(ByteSpan(buffer.data(), static_cast<std::size_t>(size))); !ok)
			return ok;
	}
}

void enlarge_receive_buffer(int fd, int bytes) {
	if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) < 0)
		(void)::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

} // namespace failover::netlink
