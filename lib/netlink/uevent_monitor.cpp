// SPDX-License-Identifier: GPL-2.0-only
#include "netlink/uevent_monitor.hpp"

#include "netlink/notifications.hpp"

#include <cerrno>
#include <linux/netlink.h>
#include <sys/socket.h>

namespace failover::netlink {

namespace {

constexpr unsigned kKernelGroup = 1;     // group 2 is udev's
constexpr int kReceiveBuffer = 16 << 20; // a coldplug burst of a big machine

} // namespace

Result<UeventMonitor> UeventMonitor::open() {
	UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT));
	if (!fd)
		return fail_errno(errno, "opening the kernel's uevent socket");
	enlarge_receive_buffer(fd.get(), kReceiveBuffer);
	sockaddr_nl address{};
	address.nl_family = AF_NETLINK;
	address.nl_groups = kKernelGroup;
	if (::bind(fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof(address)) < 0)
		return fail_errno(errno, "subscribing to kernel uevents");
	return UeventMonitor(std::move(fd));
}

Status UeventMonitor::read(const std::function<void(const UeventMonitorEvent &)> &handler) {
	const auto each = [&handler](ByteSpan datagram) -> Status {
		auto event = parse_uevent(datagram);
		if (!event)
			return tl::unexpected(std::move(event.error()));
		handler(*event);
		return {};
	};
	return read_notifications(fd(), buffer_, "kernel uevents", each, [&] { handler(UeventsLost{}); });
}

} // namespace failover::netlink
