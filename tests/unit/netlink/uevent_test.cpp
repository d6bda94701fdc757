// SPDX-License-Identifier: GPL-2.0-only
#include "netlink/uevent.hpp"
#include "netlink/uevent_monitor.hpp"

#include "lab.hpp"

#include <algorithm>
#include <poll.h>
#include <sys/socket.h>
#include <vector>

using namespace failover;
using namespace failover::netlink;
using namespace failover::test;
using namespace std::string_literals;

namespace {

Result<Uevent> parsed(const std::string &text) {
	return parse_uevent({reinterpret_cast<const std::uint8_t *>(text.data()), text.size()});
}

/// Reads until an event fits or the deadline has passed.
template <typename Wanted> bool sees(UeventMonitor &monitor, Wanted &&wanted) {
	bool seen = false;
	return comes_true([&] {
		must(monitor.read([&](const UeventMonitorEvent &event) {
			if (const auto *uevent = std::get_if<Uevent>(&event))
				seen = seen || wanted(*uevent);
		}));
		return seen;
	});
}

} // namespace

TEST_CASE("A kernel uevent is taken apart") {
	const Uevent event = must(parsed("bind@/devices/pci0000:00/0000:00:02.0\0ACTION=bind\0SUBSYSTEM=pci\0"
					 "DRIVER=e1000e\0EMPTY=\0EQUALS=a=b\0"s));
	CHECK(event.action == "bind");
	CHECK(event.devpath == "/devices/pci0000:00/0000:00:02.0");
	CHECK(event.subsystem == "pci");
	CHECK(event.property("DRIVER") == "e1000e");
	CHECK(event.property("EQUALS") == "a=b");
	CHECK(event.properties.contains("EMPTY"));
	CHECK(event.property("ABSENT").empty());
}

TEST_CASE("What is no kernel uevent is refused with the place") {
	struct Case {
		const char *title;
		std::string text;
		const char *expected;
	};
	const Case cases[] = {
	    {"nothing", "", "uevent of 0 bytes"},
	    {"header without an end", "add@/devices/x", "has no end"},
	    {"udev's own message", "libudev\0\xfe\xed\xca\xfe"s, "expected ACTION@/DEVPATH"},
	    {"no action", "@/devices/x\0"s, "expected ACTION@/DEVPATH"},
	    {"no path", "add@\0"s, "expected ACTION@/DEVPATH"},
	    {"relative path", "add@devices\0"s, "expected ACTION@/DEVPATH"},
	    {"property without an end", "add@/x\0A=1\0B=2"s, "property at byte 11 has no end"},
	    {"property without a value", "add@/x\0AB\0"s, "\"AB\" at byte 7, expected KEY=VALUE"},
	    {"property without a key", "add@/x\0=1\0"s, "expected KEY=VALUE"},
	    {"empty property", "add@/x\0\0"s, "expected KEY=VALUE"},
	    {"terminal escapes do not reach the message", "\x1b[31m\0"s, "\"?[31m\""},
	};
	for (const auto &[title, text, expected] : cases) {
		INFO(title);
		const auto event = parsed(text);
		REQUIRE_FALSE(event.has_value());
		CHECK_THAT(event.error().message, Catch::Contains(expected));
	}
}

TEST_CASE("The kernel's uevents of our namespace arrive, also for a rename and a removal") {
	const Lab lab;
	UeventMonitor monitor = must(UeventMonitor::open());
	run("ip link add ev0 type veth peer name ev1; ip link set ev0 name ev9; ip link del ev9");
	const auto is = [](const char *action, const char *name) {
		return [=](const Uevent &event) {
			return event.action == action && event.subsystem == "net" &&
			       event.property("INTERFACE") == name;
		};
	};
	std::vector<Uevent> all;
	REQUIRE(sees(monitor, [&](const Uevent &event) {
		all.push_back(event);
		return is("remove", "ev9")(event);
	}));
	CHECK(std::ranges::any_of(all, is("add", "ev0")));
	CHECK(std::ranges::any_of(all, is("move", "ev9")));
}

TEST_CASE("A uevent that another process sends is not believed") {
	const Lab lab;
	UeventMonitor monitor = must(UeventMonitor::open());
	sockaddr_nl target{};
	socklen_t length = sizeof(target);
	REQUIRE(::getsockname(monitor.fd(), reinterpret_cast<sockaddr *>(&target), &length) == 0);
	target.nl_groups = 0;
	UniqueFd liar(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT));
	const std::string forged = "remove@/devices/forged\0SUBSYSTEM=net\0"s;
	REQUIRE(::sendto(liar.get(), forged.data(), forged.size(), 0, reinterpret_cast<sockaddr *>(&target),
			 sizeof(target)) == static_cast<ssize_t>(forged.size()));
	run("ip link add ev0 type veth peer name ev1");

	bool believed = false;
	REQUIRE(sees(monitor, [&](const Uevent &event) {
		believed = believed || event.devpath == "/devices/forged";
		return event.action == "add" && event.property("INTERFACE") == "ev0";
	}));
	CHECK_FALSE(believed);
}
