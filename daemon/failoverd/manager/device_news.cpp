// SPDX-License-Identifier: GPL-2.0-only
#include "manager/device_news.hpp"

#include "manager/manager.hpp"
#include "process/log.hpp"

#include <algorithm>

namespace failover {

std::optional<DeviceNews> device_news(const netlink::Uevent &event, const Master &master) {
	if (event.subsystem != "pci")
		return std::nullopt;
	const std::string bus = event.devpath.substr(event.devpath.rfind('/') + 1);
	const auto found = std::ranges::find_if(
	    master.slaves, [&](const auto &slave) { return slave && !slave->bus.empty() && slave->bus == bus; });
	if (found == master.slaves.end())
		return std::nullopt;
	DeviceNews news;
	news.slot = static_cast<model::Slot>(found - master.slaves.begin());
	const std::string &name = (*found)->name;
	if (event.action == "remove") {
		news.kind = "unplugged";
		news.message = fmt::format("the device of {} is unplugged ({})", name, bus);
	} else if (event.action == "add") {
		news.kind = "plugged";
		news.message = fmt::format("a device is plugged in where {} is or was ({})", name, bus);
	} else if (event.action == "bind") {
		news.kind = "bind";
		const std::string driver = event.property("DRIVER");
		news.message =
		    fmt::format("{} drives the device of {} ({})", driver.empty() ? "a driver" : driver, name, bus);
	} else if (event.action == "unbind") {
		news.kind = "unbind";
		news.message = fmt::format("the driver of {} has let go of its device ({})", name, bus);
	} else {
		return std::nullopt;
	}
	return news;
}

Status Manager::watch_devices() {
	auto monitor = netlink::UeventMonitor::open();
	if (!monitor)
		return tl::unexpected(monitor.error());
	auto source = loop_.on_readable(
	    monitor->fd(),
	    [this] {
		    if (auto done = device_monitor_->read([this](const auto &event) { device_event(event); }); !done)
			    log::warning("devices: {}", done.error().message);
	    },
	    false);
	if (!source)
		return tl::unexpected(source.error());
	device_monitor_.emplace(std::move(*monitor));
	device_source_ = std::move(*source);
	return {};
}

// Told and no more: by the time a driver has let go, its link is gone.
void Manager::device_event(const netlink::UeventMonitorEvent &event) {
	const auto *uevent = std::get_if<netlink::Uevent>(&event);
	if (!uevent)
		return;
	for (const auto &master : masters_) {
		const auto news = device_news(*uevent, *master);
		// Where the kernel tells of it beforehand, it was told.
		if (!news || (news->kind == "unbind" && kernel_.programs.watches_unbind()))
			continue;
		log::info("{}: {}", master->name, news->message);
		journal_.add(news->kind, master->name, master->slave_name(news->slot), news->message);
	}
}

} // namespace failover
