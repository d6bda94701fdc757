// SPDX-License-Identifier: GPL-2.0-only
#include "base/clock.hpp"
#include "kmod/event_monitor.hpp"
#include "kmod/kernel_module.hpp"
#include "kmod/master.hpp"
#include "kmod/state.hpp"
#include "netlink/attribute_reader.hpp"
#include "netlink/generic_family.hpp"

#include <catch2/catch.hpp>
#include <linux/genetlink.h>
#include <linux/netlink.h>

using namespace failover;
using namespace failover::kmod;
using netlink::Request;

namespace {

constexpr int kFamily = 0x21;
const MacAddress kMac = *MacAddress::parse("52:54:00:12:34:56");

void put_device(Request &info, const std::string &name, std::uint32_t ifindex, bool carrier) {
	info.put(FOM_D_NAME, name);
	info.put_u32(FOM_D_IFINDEX, ifindex);
	info.put(FOM_D_MAC, kMac.bytes());
	info.put_u32(FOM_D_MTU, 1500);
	info.put_u8(FOM_D_UP, 1);
	info.put_u8(FOM_D_CARRIER, carrier);
}

std::uint64_t doubted_ns() {
	static const auto until = static_cast<std::uint64_t>((boottime_now() + std::chrono::minutes(1)).count());
	return until;
}

void put_slave(Request &message, const std::string &name, std::uint8_t slot, fom_role role, std::uint32_t flags) {
	message.nest(FOM_A_SLAVE_INFO, [&](Request &info) {
		put_device(info, name, FOM_PLACE(0, slot), true);
		info.put(FOM_D_DRIVER, std::string_view("a_driver"));
		info.nest(FOM_D_SLAVE, [&](Request &data) {
			fom_stats stats{};
			stats.tx_packets = 7;
			data.put_u8(IFLA_FOM_SLAVE_ROLE, static_cast<std::uint8_t>(role));
			data.put_u8(IFLA_FOM_SLAVE_SLOT, slot);
			data.put_u32(IFLA_FOM_SLAVE_FLAGS, flags);
			if (flags & FOM_SLAVE_DOUBTED) {
				data.put_u32(IFLA_FOM_SLAVE_DOUBT, 60'000);
				data.put_value(IFLA_FOM_SLAVE_DOUBTED_NS, doubted_ns());
			}
			data.put_value(IFLA_FOM_SLAVE_STATS, stats);
		});
	});
}

/// As kmod/netlink.c writes it.
Request master_message(std::uint8_t cause = FOM_CAUSE_UNBIND,
		       std::uint32_t primary = FOM_SLAVE_LEAVING | FOM_SLAVE_HIDDEN) {
	Request message = netlink::generic_request(kFamily, FOM_CMD_MASTER_GET, FOM_ABI_VERSION);
	message.put_u32(FOM_A_MASTER, 3);
	message.nest(FOM_A_LINK, [&](Request &link) {
		link.put_u8(IFLA_FOM_CHOSEN, FOM_NO_SLOT);
		link.put_u8(IFLA_FOM_ANNOUNCE_ROUNDS, 5);
		link.put_u8(IFLA_FOM_FAILBACK, FOM_FAILBACK_ALWAYS);
		link.put_u32(IFLA_FOM_UPDELAY, 20);
		link.put_u32(IFLA_FOM_INDEX, 0);
		link.put_u8(IFLA_FOM_ACTIVE, 1);
		link.put_u8(IFLA_FOM_LAST_FROM, 0);
		link.put_u8(IFLA_FOM_CAUSE, cause);
		link.put_value(IFLA_FOM_SWITCHED_NS, std::uint64_t{1000});
		link.put_value(IFLA_FOM_SWITCHES, std::uint64_t{2});
	});
	message.nest(FOM_A_MASTER_INFO, [](Request &info) { put_device(info, "eth0", 3, true); });
	// The order in which slaves joined, not that of their slots.
	put_slave(message, "standby0", 1, FOM_ROLE_STANDBY, FOM_SLAVE_USABLE | FOM_SLAVE_ACTIVE | FOM_SLAVE_HIDDEN);
	put_slave(message, "primary0", 0, FOM_ROLE_PRIMARY, primary);
	return message;
}

Master parsed(Request message) {
	auto master = parse_master(message.message());
	REQUIRE(master);
	return *master;
}

} // namespace

TEST_CASE("A master of the module is read with its slaves, by slot") {
	const Master master = parsed(master_message());
	CHECK(master.device.name == "eth0");
	CHECK(master.device.mac == kMac);
	CHECK(master.updelay_ms == 20);
	CHECK(master.chosen == FOM_NO_SLOT);
	REQUIRE(master.slaves.size() == 2);
	CHECK(master.slaves[0].device.name == "primary0");
	CHECK(master.slaves[1].stats.tx_packets == 7);
	CHECK(master.slave_in(1)->device.name == "standby0");
	CHECK(master.slave_in(2) == nullptr);
	CHECK(master.slave_named("primary")->slot == 0);
	CHECK(master.slave_named("standby0")->slot == 1);
	CHECK(master.slave_named("nobody") == nullptr);
}

TEST_CASE("It is told in the words of every backend") {
	const auto state = state_of(parsed(master_message()));
	CHECK(state.backend == "kmod");
	CHECK(state.active == "standby0");
	CHECK(state.notify);
	REQUIRE(state.last);
	CHECK(state.last->from == "primary0");
	CHECK(state.last->cause == "unbind");
	REQUIRE(state.slaves.size() == 2);
	CHECK(state.slaves[0].health == "leaving");
	CHECK(state.slaves[1].health == "active");
	CHECK(state.slaves[1].driver == "a_driver");
}

TEST_CASE("A number of a later module's is not taken for another") {
	CHECK(parsed(master_message(FOM_CAUSE_MAX_ + 1)).cause == FOM_CAUSE_UNSPEC);
}

TEST_CASE("A doubted slave is ready, and it is told until when it is doubted") {
	const auto master = parsed(master_message(FOM_CAUSE_PROBE, FOM_SLAVE_USABLE | FOM_SLAVE_DOUBTED));
	CHECK(master.slaves[0].doubted());
	CHECK(master.slaves[0].usable());
	CHECK(master.slaves[0].doubt_ms == 60'000);
	CHECK(master.slaves[0].doubted_ns == doubted_ns());
	CHECK_FALSE(master.slaves[1].doubted());
	const auto state = state_of(master);
	CHECK(state.last->cause == "probe");
	CHECK(state.slaves[0].health == "ready");
	const auto ahead = state.slaves[0].doubted_until - wall_clock_us(boottime_now());
	CHECK(ahead > 0);
	CHECK(ahead <= 60'000'000);
	CHECK(state.slaves[1].doubted_until == 0);
}

TEST_CASE("A doubt is said by slot and duration, also when it is taken back") {
	for (const std::uint32_t ms : {60'000u, 0u}) {
		Options options;
		options.doubt = Doubt{1, ms};
		CHECK_FALSE(options.empty());
		CHECK(options.but_for(parsed(master_message())).doubt);
		Request message = netlink::generic_request(kFamily, FOM_CMD_MASTER_SET, FOM_ABI_VERSION);
		put_options(message, options);
		netlink::AttributeReader link =
		    netlink::AttributeReader(message.message(), sizeof(genlmsghdr), "test").nested(FOM_A_LINK);
		std::uint8_t slot = FOM_NO_SLOT;
		std::uint32_t told = 1;
		link.read(IFLA_FOM_DOUBTED, slot);
		link.read(IFLA_FOM_DOUBT, told);
		CHECK(link.status());
		CHECK(slot == 1);
		CHECK(told == ms);
		CHECK(link.all().size() == 2);
	}
}

TEST_CASE("A message that is cut short is refused with its place") {
	Request message = netlink::generic_request(kFamily, FOM_CMD_MASTER_GET, FOM_ABI_VERSION);
	message.nest(FOM_A_LINK, [](Request &link) { link.put_u8(IFLA_FOM_UPDELAY, 1); });
	const auto master = parse_master(message.message());
	REQUIRE_FALSE(master);
	CHECK_THAT(master.error().message, Catch::Contains("has 1 bytes, expected 4"));
}

TEST_CASE("Only what differs is asked for") {
	const Master master = parsed(master_message());
	Options wanted;
	wanted.updelay_ms = 20;
	wanted.announce_rounds = std::uint8_t{5};
	CHECK(wanted.but_for(master).empty());
	wanted.failback = FOM_FAILBACK_NEVER;
	const auto options = wanted.but_for(master);
	CHECK(options.failback == FOM_FAILBACK_NEVER);
	CHECK_FALSE(options.updelay_ms);
	CHECK_FALSE(options.announce_rounds);
}

TEST_CASE("An event is read; one of another version is refused") {
	for (const std::uint32_t version : {FOM_ABI_VERSION, FOM_ABI_VERSION + 1}) {
		Request message = netlink::generic_request(kFamily, FOM_CMD_EVENT, FOM_ABI_VERSION);
		fom_event event{};
		event.version = version;
		event.type = FOM_EVENT_JOINED;
		message.put_u32(FOM_A_MASTER, 3);
		message.put_value(FOM_A_EVENT, event);
		message.put(FOM_A_SLAVE, std::string_view("primary0"));
		const auto read = parse_event(message.message());
		CHECK(read.has_value() == (version == FOM_ABI_VERSION));
		if (read)
			CHECK(read->slave == "primary0");
	}
}

TEST_CASE("Where the module is not loaded nothing is an error") {
	// This machine has none.
	const auto module = KernelModule::open();
	REQUIRE(module);
	CHECK_FALSE(*module);
	auto monitor = EventMonitor::open();
	REQUIRE(monitor);
	CHECK(monitor->read([](const MonitorEvent &) {}));
}
