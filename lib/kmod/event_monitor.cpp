// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/event_monitor.hpp"

#include "netlink/attribute_reader.hpp"
#include "netlink/notification_socket.hpp"
#include "netlink/notifications.hpp"

#include <cstring>
#include <linux/genetlink.h>
#include <linux/netlink.h>

namespace failover::kmod {

namespace {

constexpr int kReceiveBuffer = 256 << 10; // bytes: a thousand events
/// The controller tells of families in a group whose number is fixed (net/netlink/genetlink.c, "notify").
constexpr std::uint32_t kControllerNotify = GENL_ID_CTRL;

std::uint8_t command_of(const nlmsghdr *message) {
	genlmsghdr header{};
	if (message->nlmsg_len >= NLMSG_HDRLEN + sizeof(header))
		std::memcpy(&header, NLMSG_DATA(message), sizeof(header));
	return header.cmd;
}

} // namespace

Result<ModuleEvent> parse_event(const nlmsghdr *message) {
	if (auto ok = netlink::check_message(message, {message->nlmsg_type}, sizeof(genlmsghdr), "module event"); !ok)
		return tl::unexpected(std::move(ok.error()));
	netlink::AttributeReader attributes(message, sizeof(genlmsghdr), "module event");
	ModuleEvent event;
	attributes.read(FOM_A_MASTER, event.master);
	attributes.read_struct(FOM_A_EVENT, event.event);
	attributes.read(FOM_A_SLAVE, event.slave);
	if (auto ok = attributes.status(); !ok)
		return tl::unexpected(std::move(ok.error()));
	if (event.event.version != FOM_ABI_VERSION)
		return fail(
		    fmt::format("module event: of ABI version {}, expected {}", event.event.version, FOM_ABI_VERSION));
	return event;
}

Result<EventMonitor> EventMonitor::open() {
	auto socket = netlink::open_notifications(NETLINK_GENERIC, kReceiveBuffer);
	if (!socket)
		return tl::unexpected(std::move(socket.error()));
	if (auto ok = netlink::subscribe(*socket, kControllerNotify); !ok)
		return tl::unexpected(std::move(ok.error()));
	EventMonitor monitor(std::move(*socket));
	auto channel = netlink::Channel::open(NETLINK_GENERIC);
	if (!channel)
		return tl::unexpected(std::move(channel.error()));
	auto family = netlink::find_family(*channel, FOM_GENL_NAME);
	if (!family)
		return tl::unexpected(std::move(family.error()));
	if (*family)
		if (auto ok = monitor.follow(**family); !ok)
			return tl::unexpected(std::move(ok.error()));
	return monitor;
}

int EventMonitor::fd() const {
	return netlink::descriptor_of(socket_);
}

Status EventMonitor::follow(const netlink::GenericFamily &family) {
	const auto group = family.groups.find(FOM_GENL_EVENTS);
	if (group == family.groups.end())
		return fail(fmt::format("the kernel module has no group of events called {}", FOM_GENL_EVENTS));
	if (auto ok = netlink::subscribe(socket_, group->second); !ok)
		return ok;
	family_ = family.id;
	return {};
}

Status EventMonitor::family_came_or_went(const nlmsghdr *message,
					 const std::function<void(const MonitorEvent &)> &handler) {
	auto family = netlink::parse_family(message);
	if (!family)
		return tl::unexpected(std::move(family.error()));
	if (family->name != FOM_GENL_NAME)
		return {};
	const auto command = command_of(message);
	if (command == CTRL_CMD_DELFAMILY && family_) {
		family_.reset();
		handler(ModuleWent{});
	} else if (command == CTRL_CMD_NEWFAMILY && family_ != family->id) {
		if (auto ok = follow(*family); !ok)
			return ok;
		handler(ModuleCame{});
	}
	return {};
}

Status EventMonitor::dispatch(const nlmsghdr *message, const std::function<void(const MonitorEvent &)> &handler) {
	if (message->nlmsg_type == GENL_ID_CTRL)
		return family_came_or_went(message, handler);
	if (message->nlmsg_type != family_ || command_of(message) != FOM_CMD_EVENT)
		return {};
	auto event = parse_event(message);
	if (!event)
		return tl::unexpected(std::move(event.error()));
	handler(*event);
	return {};
}

Status EventMonitor::read(const std::function<void(const MonitorEvent &)> &handler) {
	const auto each = [&](netlink::ByteSpan datagram) {
		return netlink::each_message(datagram,
					     [&](const nlmsghdr *message) { return dispatch(message, handler); });
	};
	return netlink::read_notifications(fd(), buffer_, "the kernel module's events", each,
					   [&] { handler(EventsLost{}); });
}

} // namespace failover::kmod
