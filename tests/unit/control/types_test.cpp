// SPDX-License-Identifier: GPL-2.0-only
#include "control/interface.hpp"
#include "control/types_json.hpp"
#include "samples.hpp"
#include "source_tree.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

using namespace failover::control;

namespace {

std::set<std::string> keys_of(const Json &object) {
	std::set<std::string> keys;
	for (const auto &item : object.items())
		keys.insert(item.key());
	return keys;
}

/// The field names of `type NAME (...)` or of a method's reply, as the contract has them.
std::set<std::string> declared(const std::string &pattern) {
	const std::string text(interface_description());
	std::smatch found;
	if (!std::regex_search(text, found, std::regex(pattern + R"(\s*\(([^)]*)\))")))
		return {};
	const std::string fields = found[1];
	std::set<std::string> names;
	const std::regex field(R"((\w+):)");
	for (auto it = std::sregex_iterator(fields.begin(), fields.end(), field); it != std::sregex_iterator(); ++it)
		names.insert((*it)[1]);
	return names;
}

} // namespace

TEST_CASE("The embedded description is the file of the source tree", "[types]") {
	std::ifstream file(failover::test::source_file("lib/control/io.failover.varlink"));
	REQUIRE(file);
	std::stringstream text;
	text << file.rdbuf();
	CHECK(std::string(interface_description()) == text.str());
}

TEST_CASE("The fields of every type are those of the interface description", "[types]") {
	CHECK(keys_of(to_json(Counters{})) == declared("type Counters"));
	CHECK(keys_of(to_json(SlaveState{})) == declared("type Slave"));
	CHECK(keys_of(to_json(SwitchRecord{})) == declared("type Switch"));
	CHECK(keys_of(to_json(MasterState{})) == declared("type Master"));
	MasterState silent;
	silent.unanswered = Unanswered{};
	CHECK(keys_of(to_json(silent)["unanswered"]) == declared("type Unanswered"));
	CHECK(keys_of(to_json(EventRecord{})) == declared("type Event"));
	CHECK(keys_of(to_json(Capability{})) == declared("type Capability"));
	CHECK(keys_of(to_json(ProbeReport{})) == declared(R"(method Probe\(\) ->)"));
	CHECK(keys_of(to_json(VersionInfo{})) == declared(R"(method Version\(\) ->)"));
	CHECK(keys_of(to_json(SwitchRequest{})) == declared("method Switch"));
	CHECK(keys_of(to_json(AttachRequest{})) == declared("method Attach"));
	CHECK(keys_of(to_json(MasterQuery{})) == declared("method Show"));
	CHECK(keys_of(to_json(EventQuery{})) == declared("method Events"));
	CHECK(declared("type Counters").size() == 8);
}

TEST_CASE("Every value survives the way to JSON and back", "[types]") {
	MasterState master = sample_master();
	if (GENERATE(false, true))
		master.unanswered = Unanswered{1, "vf0", {"10.0.0.1", "fe80::1"}, "look there", "virtio0"};
	const auto back = from_json<MasterState>(to_json(master));
	REQUIRE(back);
	CHECK(*back == master);

	const EventRecord event = sample_event();
	CHECK(from_json<EventRecord>(to_json(event)).value() == event);
	const EventRecord bare{1, "config", "", "", "read again", std::nullopt};
	CHECK(from_json<EventRecord>(to_json(bare)).value() == bare);

	const ProbeReport report{"ebpf", {{"tcx", "yes", "attached"}}};
	CHECK(from_json<ProbeReport>(to_json(report)).value() == report);
	const VersionInfo version{"0.1.0", 1, "6.12.0", 42, 1700000000000000};
	CHECK(from_json<VersionInfo>(to_json(version)).value() == version);
}

TEST_CASE("A wrong field is named with its path", "[types]") {
	Json json = to_json(sample_master());
	json["slaves"][1]["counters"]["rx_bytes"] = "many";
	CHECK(from_json<MasterState>(json).error().path == "slaves[1].counters.rx_bytes");

	json = to_json(sample_master());
	json["slaves"][0].erase("mtu");
	CHECK(from_json<MasterState>(json, "master").error().path == "master.slaves[0].mtu");

	json = to_json(sample_master());
	json["last"]["time"] = 1.5;
	CHECK(from_json<MasterState>(json).error().path == "last.time");
	json["last"] = nullptr;
	CHECK(from_json<MasterState>(json));
	json["slaves"] = Json::object();
	CHECK(from_json<MasterState>(json).error().path == "slaves");
}

TEST_CASE("Numbers beyond the range of their field are refused", "[types]") {
	CHECK(from_parameters<EventQuery>({{"limit", 4294967295}}).value().limit == 4294967295U);
	CHECK(from_parameters<EventQuery>({{"limit", 4294967296}}).error().path == "limit");
	CHECK(from_parameters<EventQuery>({{"limit", -1}}).error().path == "limit");
	CHECK(from_json<std::int64_t>(std::uint64_t{1} << 63, "pid").error().path == "pid");
}

TEST_CASE("Parameters nobody knows are refused, fields nobody knows are passed over", "[types]") {
	CHECK(from_parameters<EventQuery>({{"limits", 1}}).error().path == "limits");
	Json json = to_json(sample_event());
	json["added_later"] = 1;
	CHECK(from_json<EventRecord>(json).value() == sample_event());
}
