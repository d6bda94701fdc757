// SPDX-License-Identifier: GPL-2.0-only
#include "manager/device_news.hpp"

#include <catch2/catch.hpp>

using namespace failover;

namespace {

netlink::Uevent event(const std::string &action, const std::string &bus, const std::string &driver = "") {
	netlink::Uevent event{action, "/devices/pci0000:00/0000:00:02.0/" + bus, "pci", {}};
	if (!driver.empty())
		event.properties["DRIVER"] = driver;
	return event;
}

/// Its primary is gone for the moment.
Master master_of_two() {
	Master master;
	master.slaves[0].emplace();
	master.slaves[0]->ifindex = 3;
	master.slaves[0]->name = "eth0";
	master.slaves[0]->bus = "0000:01:00.0";
	master.slaves[1].emplace();
	master.slaves[1]->name = "eth1";
	master.slaves[1]->bus = "0000:02:00.0";
	master.slaves[2].emplace(); // a software device has no bus
	return master;
}

} // namespace

TEST_CASE("A device is told of by the slave that sits or sat on it") {
	const Master master = master_of_two();
	const struct {
		netlink::Uevent event;
		const char *kind, *message;
	} cases[] = {
	    {event("add", "0000:02:00.0"), "plugged", "a device is plugged in where eth1 is or was (0000:02:00.0)"},
	    {event("bind", "0000:02:00.0", "mlx5_core"), "bind", "mlx5_core drives the device of eth1 (0000:02:00.0)"},
	    {event("bind", "0000:02:00.0"), "bind", "a driver drives the device of eth1 (0000:02:00.0)"},
	    {event("unbind", "0000:02:00.0"), "unbind", "the driver of eth1 has let go of its device (0000:02:00.0)"},
	    {event("remove", "0000:02:00.0"), "unplugged", "the device of eth1 is unplugged (0000:02:00.0)"},
	};
	for (const auto &[event, kind, message] : cases) {
		const auto news = device_news(event, master);
		REQUIRE(news.has_value());
		CHECK(news->slot == 1);
		CHECK(news->kind == kind);
		CHECK(news->message == message);
	}
	CHECK(device_news(event("remove", "0000:01:00.0"), master)->slot == 0);
}

TEST_CASE("What is no slave's device, or no news, is not told") {
	const Master master = master_of_two();
	CHECK_FALSE(device_news(event("remove", "0000:03:00.0"), master));
	CHECK_FALSE(device_news(event("remove", ""), master));
	CHECK_FALSE(device_news(event("change", "0000:02:00.0"), master));
	netlink::Uevent other = event("remove", "0000:02:00.0"); // a name like that on another bus
	other.subsystem = "msi_irqs";
	CHECK_FALSE(device_news(other, master));
}
