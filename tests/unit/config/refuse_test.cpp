// SPDX-License-Identifier: GPL-2.0-only
// Every way to be wrong, and what the person at the editor is told.
#include "config/load.hpp"

#include <catch2/catch.hpp>

using namespace failover::config;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

std::string refusal(std::string_view text) {
	const auto config = parse(text, "f.toml");
	return config ? "accepted" : config.error().message;
}

/// `line` as the second line, in [defaults].
std::string in_defaults(const std::string &line) {
	return refusal("[defaults]\n" + line + "\n");
}

std::string in_master(const std::string &line) {
	return refusal("[[master]]\nname = \"eth0\"\n" + line + "\n");
}

} // namespace

TEST_CASE("A misspelt key is refused with the one that was meant") {
	CHECK(in_defaults("failbak = \"auto\"") ==
	      "f.toml:2:1: defaults: unknown key \"failbak\", did you mean \"failback\"?");
	CHECK_THAT(in_defaults("failback_delay_ms = 5"), Contains("did you mean \"failback-delay-ms\"?"));
	CHECK_THAT(in_defaults("XDP = \"on\""), Contains("did you mean \"xdp\"?"));
	CHECK_THAT(in_master("stanby = { slot = 1 }"),
		   StartsWith("f.toml:3:1: master: unknown key \"stanby\", did you mean \"standby\"?"));
	CHECK(in_master("standby = { driver = \"virtio_net\", acpi_index = 3 }") ==
	      "f.toml:3:36: master.standby: unknown key \"acpi_index\", did you mean \"acpi-index\"?");
	CHECK(refusal("[default]\n") == "f.toml:1:2: unknown key \"default\", did you mean \"defaults\"?");
}

TEST_CASE("A key like none of ours is refused with all that could stand there") {
	CHECK(refusal("frobnicate = 1") == "f.toml:1:1: unknown key \"frobnicate\", expected one of: defaults, master");
	CHECK_THAT(in_master("colour = \"red\""), Contains("expected one of: name, standby, primary, policy"));
	CHECK_THAT(in_defaults(std::string(500, 'k') + " = 1"), Contains("kkk\"..., expected one of: policy"));
}

TEST_CASE("A key in the wrong section is refused with the right one") {
	CHECK(in_master("autopair = true") == "f.toml:3:1: master: autopair holds for all, expected it in [defaults]");
	CHECK_THAT(in_defaults("standby = { slot = 1 }"), Contains("unknown key \"standby\""));
}

TEST_CASE("A value of the wrong type is refused with what stood there") {
	CHECK(in_defaults("failback-delay-ms = \"soon\"") ==
	      "f.toml:2:21: defaults.failback-delay-ms: found the string \"soon\", expected milliseconds from 0 to "
	      "3600000");
	CHECK(in_defaults("autopair = \"yes\"") ==
	      "f.toml:2:12: defaults.autopair: found the string \"yes\", expected true or false");
	CHECK(in_defaults("notify = true") ==
	      "f.toml:2:10: defaults.notify: found the boolean true, expected \"on\" or \"off\"");
	CHECK_THAT(in_defaults("failback-delay-ms = 1.5"), Contains("found the number 1.5"));
	CHECK_THAT(in_defaults("failback-delay-ms = 2020-01-01"), Contains("found a date or time"));
	CHECK_THAT(in_defaults("policy = []"), Contains("found an array of 0 values"));
	CHECK_THAT(in_defaults("policy = {}"), Contains("found a table"));
	CHECK_THAT(in_defaults("notify-off-macs = \"52:54:00:00:00:01\""),
		   Contains("expected an array of at most 1024"));
	CHECK_THAT(in_defaults("notify-schedule-ms = 50"), Contains("expected an array of 1 to 16 offsets"));
	CHECK_THAT(in_master("standby = \"eth0\""),
		   StartsWith("f.toml:3:11: master.standby: found the string \"eth0\", expected a table of name, mac"));
	CHECK_THAT(in_master("name = 5"), Contains("not TOML")); // named twice
	CHECK_THAT(refusal("[[master]]\nname = 5"), Contains("f.toml:2:8: master.name: found the integer 5"));
}

TEST_CASE("Sections of the wrong shape are refused") {
	CHECK_THAT(refusal("defaults = 1"),
		   Contains("f.toml:1:12: defaults: found the integer 1, expected a table: [defaults]"));
	CHECK_THAT(
	    refusal("[master]\nname = \"eth0\""),
	    Contains("f.toml:1:2: master: found a table, expected a section of its own for each master: [[master]]"));
	CHECK_THAT(refusal("master = [1, { name = \"a\" }]"), Contains("f.toml:1:11: master: found the integer 1"));
}

TEST_CASE("A word that is not one of those expected is refused with them") {
	CHECK_THAT(in_defaults("policy = \"ip-hash\""), Contains("expected \"failover-order\""));
	CHECK_THAT(in_defaults("failback = \"Auto\""), Contains("expected \"auto\" or \"never\""));
	CHECK_THAT(in_defaults("multicast = \"some\""), Contains("expected \"all\""));
	CHECK_THAT(in_defaults("xdp = \"native\""), Contains("expected \"auto\" or \"on\" or \"off\""));
}

TEST_CASE("A number out of range is refused with the range") {
	CHECK(in_defaults("failback-delay-ms = -1") ==
	      "f.toml:2:21: defaults.failback-delay-ms: found the integer -1, expected milliseconds from 0 to 3600000");
	CHECK_THAT(in_defaults("failback-delay-ms = 3600001"), Contains("found the integer 3600001"));
	CHECK_THAT(in_defaults("proof-timeout-ms = 60001"), Contains("expected milliseconds from 0 to 60000"));
	CHECK_THAT(in_master("standby = { acpi-index = 0 }"),
		   Contains("master.standby.acpi-index: found the integer 0, expected an index from 1 to 16383"));
	CHECK_THAT(in_master("standby = { acpi-index = 16384 }"), Contains("expected an index from 1 to 16383"));
	CHECK_THAT(in_master("standby = { slot = -1 }"), Contains("expected a slot's name"));
	CHECK_THAT(in_master("standby = { slot = 4294967296 }"), Contains("expected a slot's name"));
}

TEST_CASE("A schedule must ascend, within a minute, in at most 16 rounds") {
	CHECK(
	    in_defaults("notify-schedule-ms = [0, 50, 50]") ==
	    "f.toml:2:30: defaults.notify-schedule-ms: found the integer 50, expected milliseconds later than the one "
	    "before, from 51 to 60000");
	CHECK_THAT(in_defaults("notify-schedule-ms = [60001]"), Contains("from 0 to 60000"));
	CHECK_THAT(in_defaults("notify-schedule-ms = [0, \"a\"]"), Contains("f.toml:2:26"));
	CHECK_THAT(in_defaults("notify-schedule-ms = []"), Contains("1 to 16 offsets"));
	CHECK_THAT(in_defaults("notify-schedule-ms = [0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]"),
		   Contains("1 to 16 offsets"));
	CHECK(in_defaults("notify-schedule-ms = [0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]") == "accepted");
}

TEST_CASE("What is no MAC address of a NIC is refused, each on its own place") {
	for (const auto *mac :
	     {"52:54:00:12:34", "52:54:00:12:34:5g", "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01"})
		CHECK_THAT(in_master("standby = { mac = \"" + std::string(mac) + "\" }"),
			   Contains("f.toml:3:19: master.standby.mac: found the string \"" + std::string(mac) +
				    "\", expected a unicast MAC address"));
	const auto two = in_defaults("notify-off-macs = [\"x\",\n\"52:54:00:00:00:01\", 7]");
	CHECK_THAT(two, Contains("f.toml:2:20: defaults.notify-off-macs: found the string \"x\""));
	CHECK_THAT(two, Contains("f.toml:3:22: defaults.notify-off-macs: found the integer 7"));
}

TEST_CASE("Names that no interface, driver, bus or slot can have are refused") {
	for (const auto *name : {"", ".", "..", "a b", "a/b", "a:b", "eth%d", "sixteen-bytes-xx", "tab\\t", "\\u00e4"})
		CHECK_THAT(refusal("[[master]]\nname = \"" + std::string(name) + "\""),
			   Contains("expected an interface name"));
	CHECK(refusal("[[master]]\nname = \"fifteen-bytes-x\"") == "accepted");
	for (const auto *driver : {"", "virtio net", "../x"})
		CHECK_THAT(in_master("standby = { driver = \"" + std::string(driver) + "\" }"),
			   Contains("expected the name of a driver"));
	for (const auto *bus : {"", "01:00.0", "0000:01:00", "0000:01:00.0/x", "0000-01-00.0 ", "0000:0G:00.0",
				"twenty-four-bytes-too-ma"})
		CHECK_THAT(in_master("primary = { bus = \"" + std::string(bus) + "\" }"),
			   Contains("expected the device's name on its bus"));
	CHECK(in_master("primary = { bus = \"10000:e1:00.1\" }") == "accepted");
	CHECK_THAT(in_master("primary = { slot = \"\" }"), Contains("expected a slot's name"));
	CHECK_THAT(in_master("primary = { slot = \"a/b\" }"), Contains("expected a slot's name"));
}

TEST_CASE("A match of nothing would fit every NIC and is refused") {
	CHECK_THAT(in_master("standby = {}"),
		   Contains("f.toml:3:11: master.standby: found a table, expected a table of name"));
}

TEST_CASE("A master nobody could find is refused") {
	CHECK(refusal("[[master]]\nxdp = \"on\"") ==
	      "f.toml:1:1: master: neither name nor standby, expected at least one of them");
}

TEST_CASE("Two masters of one name in a file are refused with both places") {
	CHECK(refusal("[[master]]\nname = \"eth0\"\n\n[[master]]\nname = \"eth0\"\n") ==
	      "f.toml:4:1: master: a second one named \"eth0\", the first is at f.toml:1:1");
	CHECK_THAT(refusal("[[master]]\nname = \"eth0\"\n[[master]]\nstandby = { name = \"eth0\" }\n"),
		   Contains("a second one named \"eth0\""));
}

TEST_CASE("Matches that claim one NIC twice are refused with both places") {
	CHECK(refusal("[[master]]\nname = \"a\"\nstandby = { bus = \"0000:01:00.0\" }\nprimary = { bus = "
		      "\"0000:01:00.0\", driver = \"iavf\" }\n") ==
	      "f.toml:4:11: master: the primary of master \"a\" matches the same NIC as the standby of master \"a\" "
	      "(f.toml:3:11), expected a key that tells them apart (driver, bus, slot)");
	CHECK_THAT(refusal("[[master]]\nname = \"a\"\nstandby = { mac = \"52:54:00:00:00:01\" }\n"
			   "primary = { mac = \"52:54:00:00:00:01\" }\n"),
		   Contains("f.toml:4:11: ") && Contains("same NIC"));
	CHECK_THAT(refusal("[[master]]\nname = \"a\"\nprimary = { name = \"eth1\" }\n[[master]]\nname = \"eth1\"\n"),
		   Contains("f.toml:4:1: master: the standby of master \"eth1\" matches the same NIC as the primary of "
			    "master \"a\""));
	CHECK_THAT(refusal("[[master]]\nstandby = { slot = 1 }\n[[master]]\nstandby = { slot = \"1\" }\n"),
		   Contains("the standby of the master at f.toml:3:1 matches the same NIC"));
	CHECK_THAT(refusal("[[master]]\nstandby = { acpi-index = 1 }\nprimary = { acpi-index = 1 }\n"),
		   Contains("same NIC"));
	// What one NIC has to itself is enough, whatever else is said.
	for (const auto *own : {"name = \"eth1\"", "bus = \"virtio1\"", "slot = 1", "acpi-index = 1"})
		CHECK_THAT(refusal("[[master]]\nname = \"a\"\nstandby = { driver = \"virtio_net\", " +
				   std::string(own) + " }\nprimary = { mac = \"52:54:00:00:00:01\", " + own + " }\n"),
			   Contains("same NIC"));
}

TEST_CASE("More masters than there is room for in the kernel's map are refused") {
	std::string text;
	for (int i = 0; i < 256; ++i)
		text += "[[master]]\nname = \"m" + std::to_string(i) + "\"\n";
	CHECK(refusal(text) == "accepted");
	CHECK(refusal(text + "[[master]]\nname = \"m256\"\n") ==
	      "f.toml:513:1: master: 257 of them, expected at most 256");
}

TEST_CASE("What is not TOML is refused with its place") {
	CHECK_THAT(refusal("[defaults]\nxdp = \n"), StartsWith("f.toml:2:") && Contains("not TOML: "));
	CHECK_THAT(refusal("[defaults]\nxdp = \"on\"\nxdp = \"off\"\n"), StartsWith("f.toml:3:"));
}

TEST_CASE("All that is wrong is told at once, from top to bottom") {
	const auto message = refusal("[defaults]\n"
				     "xdp = 1\n"
				     "notify = \"loud\"\n"
				     "[[master]]\n"
				     "name = \"a b\"\n"
				     "standby = { mac = \"x\", slt = 1 }\n"
				     "[[master]]\n"
				     "autopair = true\n"
				     "[[master]]\n"
				     "xdp = \"on\"\n");
	std::vector<std::string> places;
	std::size_t begin = 0;
	while (begin < message.size()) {
		const auto end = std::min(message.find('\n', begin), message.size());
		places.push_back(message.substr(begin, message.find(": ", begin) - begin));
		begin = end + 1;
	}
	// The second master has no name either, but what is missing in a broken one is not held against it.
	CHECK(places == std::vector<std::string>{"f.toml:2:7", "f.toml:3:10", "f.toml:5:8", "f.toml:6:19",
						 "f.toml:6:24", "f.toml:8:1", "f.toml:9:1"});
}

TEST_CASE("What is wrong in several files is told for each, none held against another") {
	const auto config =
	    parse_sources({{"a", "[defaults]\nxdp = 1\n"}, {"b", "x ="}, {"c", "y = 1\n[[master]]\nxdp = \"on\"\n"}});
	REQUIRE_FALSE(config);
	CHECK_THAT(config.error().message, StartsWith("a:2:7: ") && Contains("\nb:1:") && Contains("\nc:1:1: "));
	// Its name could stand in the file that is not TOML.
	CHECK_THAT(config.error().message, !Contains("neither name nor standby"));
}

TEST_CASE("A hostile text comes back escaped and short") {
	CHECK_THAT(in_defaults("xdp = \"a\\u001b[2Jb\\nc\""), Contains("the string \"a\\u001b[2Jb\\u000ac\""));
	std::string wide = "x";
	for (int i = 0; i < 100; ++i)
		wide += "\\u00e4";
	const auto message = in_defaults("xdp = \"" + wide + "\"");
	CHECK(message.size() < 200);
	CHECK_THAT(message, Contains("\xc3\xa4\"..., expected"));
}
