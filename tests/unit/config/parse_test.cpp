// SPDX-License-Identifier: GPL-2.0-only
// What a good configuration means.
#include "config/load.hpp"

#include "source_tree.hpp"
#include "temp_dir.hpp"

#include <catch2/catch.hpp>

#include <regex>

using namespace failover::config;
using namespace std::chrono_literals;
using failover::MacAddress;

namespace {

std::string example_file() {
	return failover::test::TempDir::read(failover::test::source_file("daemon/system/failover.toml"));
}

Config good(std::string_view text) {
	const auto config = parse(text, "x.toml");
	INFO((config ? "" : config.error().message));
	REQUIRE(config);
	return *config;
}

} // namespace

TEST_CASE("Nothing said means the defaults") {
	const auto config = good("");
	CHECK(equivalent(config, Config{}));
	CHECK(config.autopair);
	CHECK(config.masters.empty());
	CHECK(config.defaults.notify);
	CHECK(config.defaults.failback == Failback::automatic);
	CHECK(config.defaults.xdp == XdpMode::automatic);
	CHECK(config.defaults.notify_schedule ==
	      std::vector<std::chrono::milliseconds>{0ms, 50ms, 200ms, 450ms, 800ms});
	CHECK(config.sources == std::vector<std::string>{"x.toml"});
}

TEST_CASE("Every key of the defaults is taken") {
	const auto config = good(R"(
[defaults]
policy = "failover-order"
failback = "never"
failback-delay-ms = 3600000
proof-timeout-ms = 60000
notify = "off"
notify-schedule-ms = [10, 60000]
notify-off-macs = ["52:54:00:00:00:01", "52-54-00-00-00-02"]
multicast = "all"
xdp = "off"
autopair = false
)");
	CHECK_FALSE(config.autopair);
	CHECK(config.defaults.failback == Failback::never);
	CHECK(config.defaults.failback_delay == 1h);
	CHECK(config.defaults.proof_timeout == 1min);
	CHECK_FALSE(config.defaults.notify);
	CHECK(config.defaults.notify_schedule == std::vector<std::chrono::milliseconds>{10ms, 60s});
	CHECK(config.defaults.notify_off_macs ==
	      std::vector{*MacAddress::parse("52:54:00:00:00:01"), *MacAddress::parse("52:54:00:00:00:02")});
	CHECK(config.defaults.xdp == XdpMode::off);
}

TEST_CASE("A match takes everything a NIC is known by") {
	const auto config = good(R"(
[[master]]
name = "lan"
standby = { name = "eth0", mac = "52:54:00:12:34:56", driver = "virtio_net", bus = "virtio0", slot = 3, acpi-index = 16383 }
primary = { bus = "0000:01:00.0", slot = "0-2", acpi-index = 1 }
)");
	REQUIRE(config.masters.size() == 1);
	const auto &master = config.masters[0];
	CHECK(master.name == "lan");
	CHECK(master.standby.name == "eth0");
	CHECK(master.standby.mac == MacAddress::parse("52:54:00:12:34:56"));
	CHECK(master.standby.driver == "virtio_net");
	CHECK(master.standby.bus == "virtio0");
	CHECK(master.standby.slot == "3");
	CHECK(master.standby.acpi_index == 16383);
	REQUIRE(master.primary);
	CHECK(master.primary->bus == "0000:01:00.0");
	CHECK(master.primary->slot == "0-2");
	CHECK(master.primary->acpi_index == 1);
	CHECK_FALSE(master.primary->name);
	CHECK(master.origin == "x.toml:2");
}

TEST_CASE("A master inherits what it does not say, wherever the defaults stand") {
	const auto config = good(R"(
[[master]]
name = "a"
xdp = "on"
[[master]]
name = "b"
[defaults]
xdp = "off"
failback-delay-ms = 5
)");
	REQUIRE(config.masters.size() == 2);
	CHECK(config.masters[0].settings.xdp == XdpMode::on);
	CHECK(config.masters[0].settings.failback_delay == 5ms);
	CHECK(config.masters[1].settings == config.defaults);
}

TEST_CASE("A name alone is the standby's name, a standby's name alone is the master's") {
	const auto config = good("[[master]]\nname = \"eth0\"\n[[master]]\nstandby = { name = \"eth1\", slot = 1 }\n"
				 "[[master]]\nstandby = { slot = 2 }\n");
	REQUIRE(config.masters.size() == 3);
	CHECK(config.masters[0].standby == NicMatch{.name = "eth0"});
	CHECK_FALSE(config.masters[0].primary);
	CHECK(config.masters[1].name == "eth1");
	CHECK(config.masters[2].name.empty());
}

TEST_CASE("Matches that some key tells apart are no contradiction") {
	good(R"(
[[master]]
name = "a"
standby = { mac = "52:54:00:00:00:01", driver = "virtio_net" }
primary = { mac = "52:54:00:00:00:01", driver = "iavf" }
[[master]]
name = "b"
standby = { slot = 3, driver = "virtio_net", bus = "virtio1" }
primary = { slot = 3, driver = "iavf" }
)");
}

TEST_CASE("Later sources win key by key, in the defaults and in masters of the same name") {
	const auto config = parse_sources({
	    {"main", "[defaults]\nxdp = \"off\"\nfailback = \"never\"\n"
		     "[[master]]\nname = \"eth0\"\nstandby = { slot = 1, driver = \"virtio_net\" }\nnotify = \"off\"\n"
		     "failback-delay-ms = 7\n"},
	    {"10", "[defaults]\nxdp = \"on\"\n"
		   "[[master]]\nstandby = { name = \"eth0\" }\nfailback-delay-ms = 8\n"
		   "[[master]]\nname = \"eth1\"\n"},
	    {"20", "[[master]]\nname = \"eth0\"\nprimary = { slot = 2 }\nfailback-delay-ms = 9\n"},
	});
	REQUIRE(config);
	CHECK(config->defaults.xdp == XdpMode::on);
	CHECK(config->defaults.failback == Failback::never);
	REQUIRE(config->masters.size() == 2);
	const auto &first = config->masters[0];
	CHECK(first.standby == NicMatch{.name = "eth0"}); // replaced as a whole
	CHECK(first.primary == NicMatch{.slot = "2"});
	CHECK_FALSE(first.settings.notify);
	CHECK(first.settings.failback_delay == 9ms);
	CHECK(first.settings.xdp == XdpMode::on);
	CHECK(first.origin == "main:4");
	CHECK(config->masters[1].name == "eth1");
	CHECK(config->sources == std::vector<std::string>{"main", "10", "20"});
}

TEST_CASE("The outcome written as TOML means the same when read again") {
	const auto config = good(R"(
[defaults]
failback = "never"
failback-delay-ms = 12
notify = "off"
notify-schedule-ms = [3]
notify-off-macs = ["52:54:00:00:00:01"]
xdp = "on"
autopair = false
[[master]]
name = "we\"ird\\"
standby = { mac = "52:54:00:00:00:02", driver = "virtio_net" }
failback = "auto"
failback-delay-ms = 0
notify = "on"
notify-schedule-ms = [0, 1]
notify-off-macs = []
xdp = "auto"
[[master]]
standby = { slot = "7", acpi-index = 5 }
primary = { bus = "0000:01:00.0" }
)");
	const auto again = parse(to_toml(config), "again");
	INFO((again ? to_toml(config) : again.error().message));
	REQUIRE(again);
	CHECK(equivalent(config, *again));
	CHECK(again->masters[0].name == "we\"ird\\");
	CHECK(again->masters[0].settings.failback == Failback::automatic);
}

TEST_CASE("Configurations that differ anywhere are not equivalent") {
	const auto base = good("[[master]]\nname = \"a\"\nprimary = { slot = 1 }\n");
	for (const auto *other :
	     {"", "[[master]]\nname = \"b\"\nstandby = { name = \"a\" }\nprimary = { slot = 1 }\n",
	      "[[master]]\nname = \"a\"\n", "[[master]]\nname = \"a\"\nprimary = { slot = 1 }\nxdp = \"on\"\n",
	      "[[master]]\nname = \"a\"\nprimary = { slot = 1 }\nstandby = { slot = 2 }\n",
	      "[defaults]\nautopair = false\n[[master]]\nname = \"a\"\nprimary = { slot = 1 }\n",
	      "[defaults]\nnotify = \"off\"\n[[master]]\nname = \"a\"\nprimary = { slot = 1 }\nnotify = \"on\"\n"})
		CHECK_FALSE(equivalent(base, good(other)));
	CHECK(equivalent(base, good("\n\n\n[[master]]\nprimary = { slot = \"1\" }\nname = \"a\"\n")));
}

TEST_CASE("The configuration we ship changes nothing") {
	REQUIRE_FALSE(example_file().empty());
	CHECK(equivalent(good(example_file()), Config{}));
}

TEST_CASE("The keys shown in the configuration we ship are valid, the defaults true") {
	const auto shown = std::regex_replace(example_file(), std::regex("(^|\n)#([a-z[])"), "$1$2");
	const auto config = good(shown);
	CHECK(config.defaults == Config{}.defaults);
	CHECK(config.autopair);
	REQUIRE(config.masters.size() == 1);
	CHECK(config.masters[0].name == "eth0");
	CHECK(config.masters[0].standby == NicMatch{.driver = "virtio_net", .slot = "3"});
	REQUIRE(config.masters[0].primary);
	CHECK(config.masters[0].primary->driver == "iavf");
	for (const auto *key : {"policy", "failback", "failback-delay-ms", "notify", "notify-schedule-ms",
				"notify-off-macs", "multicast", "xdp", "autopair", "name", "standby", "primary"})
		CHECK(shown.find("\n" + std::string(key) + " = ") != std::string::npos);
}
