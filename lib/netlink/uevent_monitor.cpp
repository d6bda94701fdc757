// SPDX-License-Identifier: GPL-2.0-only
#include "netlink/uevent_monitor.hpp"

#include <array>
#include <cerrno>
#include <linux/netlink.h>
#include <sys/socket.h>

namespace failover::netlink {

namespace {

constexpr unsigned kKernelGroup = 1;     // group 2 is udev's
constexpr std::size_t kMaxUevent = 8192; // UEVENT_BUFFER_SIZE is 2048, and the header comes before it
constexpr int kReceiveBuffer = 16 << 20; // a coldplug burst of a big machine
constexpr socklen_t kLength = sizeof(sockaddr_nl);

} // namespace

Result<UeventMonitor> UeventMonitor::open() {
	UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT));
	if (!fd)
		return fail_errno(errno, "opening the kernel's uevent socket");
	if (::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof(kReceiveBuffer)) < 0)
		(void)::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof(kReceiveBuffer));
	sockaddr_nl address{};
	address.nl_family = AF_NETLINK;
	address.nl_groups = kKernelGroup;
	if (::bind(fd.get(), reinterpret_cast<const sockaddr *>(&address), kLength) < 0)
		return fail_errno(errno, "subscribing to kernel uevents");
	return UeventMonitor(std::move(fd));
}

Status UeventMonitor::read(const std::function<void(const UeventMonitorEvent &)> &handler) {
	std::array<std::uint8_t, kMaxUevent> buffer;
	for (;;) {
		sockaddr_nl sender{};
		socklen_t length = kLength;
		const ssize_t size = ::recvfrom(fd_.get(), buffer.data(), buffer.size(), MSG_TRUNC,
						reinterpret_cast<sockaddr *>(&sender), &length);
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0 && errno == EAGAIN)
			return {};
		if (size < 0 && errno == ENOBUFS) {
			handler(UeventsLost{});
			continue;
		}
		if (size < 0)
			return fail_errno(errno, "reading kernel uevents");
		// Any process may send to our port; only the kernel has port 0.
		if (sender.nl_pid != 0)
			continue;
		if (static_cast<std::size_t>(size) > buffer.size())
			return fail_errno(EMSGSIZE, fmt::format("kernel uevent of {} bytes, expected at most {}", size,
								buffer.size()));
		auto event = parse_uevent(ByteSpan(buffer.data(), static_cast<std::size_t>(size)));
		if (!event)
			return tl::unexpected(std::move(event.error()));
		handler(*event);
	}
}

} // namespace failover::netlink
