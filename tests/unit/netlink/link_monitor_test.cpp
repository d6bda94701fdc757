// SPDX-License-Identifier: GPL-2.0-only
#include "netlink/link_monitor.hpp"

#include "lab.hpp"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <poll.h>

using namespace failover;
using namespace failover::netlink;
using namespace failover::test;

namespace {

/// Reads until an event of type Event fits, or the deadline has passed.
template <typename Event, typename Wanted> bool sees(LinkMonitor &monitor, Wanted &&wanted) {
	bool seen = false;
	return comes_true([&] {
		must(monitor.read([&](const MonitorEvent &event) {
			if (const auto *wanted_type = std::get_if<Event>(&event))
				seen = seen || wanted(*wanted_type);
		}));
		return seen;
	});
}

bool readable(const LinkMonitor &monitor) {
	pollfd poller{.fd = monitor.fd(), .events = POLLIN, .revents = 0};
	return ::poll(&poller, 1, 0) == 1;
}

} // namespace

TEST_CASE("A monitor tells of a link's coming, change, and going") {
	const Lab lab;
	LinkMonitor monitor = must(LinkMonitor::open());
	CHECK_FALSE(readable(monitor));
	run("ip link add mo0 type veth peer name mo1");
	CHECK(readable(monitor));
	CHECK(sees<LinkEvent>(monitor, [](const LinkEvent &event) {
		return event.change == Change::kPresent && event.link.name == "mo0" && event.link.kind == "veth";
	}));
	run("ip link set mo0 mtu 1234");
	CHECK(sees<LinkEvent>(
	    monitor, [](const LinkEvent &event) { return event.link.name == "mo0" && event.link.mtu == 1234; }));
	run("ip link set mo0 name mo9");
	CHECK(sees<LinkEvent>(monitor, [](const LinkEvent &event) { return event.link.name == "mo9"; }));
	run("ip link del mo9");
	CHECK(sees<LinkEvent>(monitor, [](const LinkEvent &event) {
		return event.change == Change::kRemoved && event.link.name == "mo9";
	}));
	CHECK_FALSE(readable(monitor));
}

TEST_CASE("A change of offloads says that it is one") {
	const Lab lab;
	run("ip link add mo0 type veth peer name mo1");
	LinkMonitor monitor = must(LinkMonitor::open());
	run("ip link set mo0 mtu 1400; ethtool -K mo0 tso off");
	std::vector<unsigned> events;
	CHECK(sees<LinkEvent>(monitor, [&events](const LinkEvent &event) {
		if (event.link.name == "mo0")
			events.push_back(event.link.event);
		return event.link.event == IFLA_EVENT_FEATURES;
	}));
	CHECK(events.front() == IFLA_EVENT_NONE);
}

TEST_CASE("A port that leaves its bridge is not a link that goes") {
	const Lab lab;
	run("ip link add mo0 type veth peer name mo1; ip link add br0 type bridge; ip link set mo0 master br0; ip link "
	    "set mo0 up");
	LinkMonitor monitor = must(LinkMonitor::open());
	run("ip link set mo0 nomaster; ip link set mo0 alias done");
	bool removed = false;
	CHECK(sees<LinkEvent>(monitor, [&removed](const LinkEvent &event) {
		removed = removed || event.change == Change::kRemoved;
		return event.link.alias == "done";
	}));
	CHECK_FALSE(removed);
}

TEST_CASE("A link that leaves for another namespace is gone here and comes there") {
	const Lab lab;
	LinkMonitor here = must(LinkMonitor::open());
	const auto scope = must(NetnsScope::enter(lab.hidden()));
	LinkMonitor there = must(LinkMonitor::open());
	const auto back = must(NetnsScope::enter(lab.visible()));
	run("ip link add mo0 type veth peer name mo1");
	RouteSocket socket = must(RouteSocket::open());
	must(socket.move_link(link_named(socket, "mo0").ifindex, lab.hidden()));
	CHECK(sees<LinkEvent>(
	    here, [](const LinkEvent &event) { return event.change == Change::kRemoved && event.link.name == "mo0"; }));
	CHECK(sees<LinkEvent>(there, [](const LinkEvent &event) {
		return event.change == Change::kPresent && event.link.name == "mo0";
	}));
}

TEST_CASE("Addresses, routes and neighbours are told of when asked for") {
	const Lab lab;
	MonitorGroups groups;
	groups.links = false;
	groups.addresses = groups.routes = groups.neighbours = true;
	LinkMonitor monitor = must(LinkMonitor::open(groups));
	run("ip link add mo0 type veth peer name mo1; ip link set mo0 up; ip addr add 10.0.0.1/24 dev mo0");
	bool link_seen = false;
	bool address_seen = false;
	CHECK(comes_true([&] {
		must(monitor.read([&](const MonitorEvent &event) {
			link_seen = link_seen || std::holds_alternative<LinkEvent>(event);
			if (const auto *address = std::get_if<AddressEvent>(&event))
				address_seen = address_seen || to_string(address->address) == "10.0.0.1/24";
		}));
		return address_seen;
	}));
	CHECK_FALSE(link_seen);
	run("ip link set mo1 up; ip route add 192.0.2.0/24 dev mo0");
	CHECK(sees<RouteEvent>(monitor, [](const RouteEvent &event) {
		return event.change == Change::kPresent && ip_to_string(event.route.dst) == "192.0.2.0";
	}));
	run("ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev mo0");
	CHECK(sees<NeighbourEvent>(monitor, [](const NeighbourEvent &event) {
		return event.change == Change::kPresent && ip_to_string(event.neighbour.dst) == "10.0.0.9";
	}));
	run("ip addr del 10.0.0.1/24 dev mo0");
	CHECK(sees<AddressEvent>(monitor, [](const AddressEvent &event) {
		return event.change == Change::kRemoved && to_string(event.address) == "10.0.0.1/24";
	}));
}

TEST_CASE("Lost events are owned up to, and later ones arrive") {
	const Lab lab;
	run("ip link add mo0 type veth peer name mo1; ip link set mo0 up");
	MonitorGroups groups;
	groups.receive_buffer = 1; // the kernel gives its minimum, a few messages' worth
	LinkMonitor monitor = must(LinkMonitor::open(groups));
	RouteSocket socket = must(RouteSocket::open());
	const int ifindex = link_named(socket, "mo0").ifindex;
	for (int i = 0; i < 100; ++i)
		must(socket.set_link(ifindex, LinkChange{.alias = fmt::format("change {}", i)}));
	bool last = false;
	CHECK(sees<ResyncNeeded>(monitor, [](const ResyncNeeded &) { return true; }));
	must(monitor.read([&last](const MonitorEvent &event) {
		if (const auto *link = std::get_if<LinkEvent>(&event))
			last = last || link->link.alias == "change 99";
	}));
	CHECK_FALSE(last);
	must(socket.set_link(ifindex, LinkChange{.alias = "afterwards"}));
	CHECK(sees<LinkEvent>(monitor, [](const LinkEvent &event) { return event.link.alias == "afterwards"; }));
}
