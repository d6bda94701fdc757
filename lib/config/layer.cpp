// SPDX-License-Identifier: GPL-2.0-only
#include "config/layer.hpp"

#include "config/values.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>

namespace failover::config {

namespace {

constexpr std::int64_t kMaxFailbackDelayMs = 3'600'000;
constexpr std::int64_t kMaxProofTimeoutMs = 60'000;
constexpr std::int64_t kMaxAcpiIndex = 16'383; // 14 bits: QEMU's acpi-index, systemd's ID_NET_NAME_ONBOARD

constexpr std::array<std::string_view, 2> kTopKeys{"defaults", "master"};
constexpr std::array<std::string_view, 10> kDefaultsKeys{
    "policy",    "failback", "failback-delay-ms", "proof-timeout-ms", "notify", "notify-schedule-ms", "notify-off-macs",
    "multicast", "xdp",      "autopair"};
constexpr std::array<std::string_view, 12> kMasterKeys{"name",
						       "standby",
						       "primary",
						       "policy",
						       "failback",
						       "failback-delay-ms",
						       "proof-timeout-ms",
						       "notify",
						       "notify-schedule-ms",
						       "notify-off-macs",
						       "multicast",
						       "xdp"};
constexpr std::array<std::string_view, 6> kMatchKeys{"name", "mac", "driver", "bus", "slot", "acpi-index"};

std::optional<std::chrono::milliseconds> read_delay(const Item &item, std::int64_t most) {
	const auto delay = read_integer(item, 0, most, "milliseconds");
	return delay ? std::optional(std::chrono::milliseconds(*delay)) : std::nullopt;
}

/// False if `key` is not one of the settings.
bool read_setting(std::string_view key, const Item &item, SettingsPatch &patch) {
	if (key == "policy")
		patch.policy = read_word<Policy>(item, {{"failover-order", Policy::failover_order}});
	else if (key == "failback")
		patch.failback = read_word<Failback>(item, {{"auto", Failback::automatic}, {"never", Failback::never}});
	else if (key == "failback-delay-ms")
		patch.failback_delay = read_delay(item, kMaxFailbackDelayMs);
	else if (key == "proof-timeout-ms")
		patch.proof_timeout = read_delay(item, kMaxProofTimeoutMs);
	else if (key == "notify")
		patch.notify = read_word<bool>(item, {{"on", true}, {"off", false}});
	else if (key == "notify-schedule-ms")
		patch.notify_schedule = read_schedule(item);
	else if (key == "notify-off-macs")
		patch.notify_off_macs = read_macs(item);
	else if (key == "multicast")
		patch.multicast = read_word<Multicast>(item, {{"all", Multicast::all}});
	else if (key == "xdp")
		patch.xdp = read_word<XdpMode>(
		    item, {{"auto", XdpMode::automatic}, {"on", XdpMode::on}, {"off", XdpMode::off}});
	else
		return false;
	return true;
}

bool read_match_key(std::string_view key, const Item &item, NicMatch &match) {
	if (key == "name")
		match.name = read_interface_name(item);
	else if (key == "mac")
		match.mac = read_mac(item);
	else if (key == "driver")
		match.driver = read_driver(item);
	else if (key == "bus")
		match.bus = read_bus_id(item);
	else if (key == "slot")
		match.slot = read_slot(item);
	else if (key == "acpi-index")
		match.acpi_index = read_integer(item, 1, kMaxAcpiIndex, "an index");
	else
		return false;
	return true;
}

/// Nothing if any part was refused.
std::optional<PlacedMatch> read_match(const Item &item) {
	const auto *table = std::get_if<Table>(&item.node.value);
	if (!table || table->empty())
		return item.refuse(
		    "a table of name, mac, driver, bus, slot or acpi-index, such as { driver = \"virtio_net\" }");
	const auto before = item.problems.count();
	PlacedMatch read{{}, {item.file, item.node.at}};
	for (const auto &entry : *table) {
		const auto key = fmt::format("{}.{}", item.key, entry.key);
		if (!read_match_key(entry.key, {item.file, key, entry.value, item.problems}, read.match))
			item.problems.unknown_key({item.file, entry.at}, fmt::format("{}: ", item.key), entry.key,
						  kMatchKeys);
	}
	return item.problems.count() == before ? std::optional(std::move(read)) : std::nullopt;
}

class LayerReader {
public:
	LayerReader(const std::string &file, Problems &problems) : file_(file), problems_(problems) {}

	Layer read(const Node &document) {
		for (const auto &entry : std::get<Table>(document.value)) {
			if (entry.key == "defaults")
				read_defaults(entry);
			else if (entry.key == "master")
				read_masters(entry);
			else
				problems_.unknown_key({file_, entry.at}, "", entry.key, kTopKeys);
		}
		return std::move(layer_);
	}

private:
	void read_defaults(const Entry &section) {
		const auto *table = std::get_if<Table>(&section.value.value);
		if (!table) {
			problems_.wrong_value({file_, section.value.at}, "defaults", section.value,
					      "a table: [defaults]");
			return;
		}
		for (const auto &entry : *table) {
			const auto key = "defaults." + entry.key;
			const Item item{file_, key, entry.value, problems_};
			if (entry.key == "autopair")
				layer_.autopair = read_bool(item);
			else if (!read_setting(entry.key, item, layer_.defaults))
				problems_.unknown_key({file_, entry.at}, "defaults: ", entry.key, kDefaultsKeys);
		}
	}

	void read_masters(const Entry &section) {
		constexpr std::string_view kExpected = "a section of its own for each master: [[master]]";
		const auto *masters = std::get_if<Array>(&section.value.value);
		if (!masters) {
			problems_.wrong_value({file_, section.at}, "master", section.value, kExpected);
			return;
		}
		for (const auto &node : *masters) {
			if (const auto *table = std::get_if<Table>(&node.value))
				add_master(read_master(node, *table));
			else
				problems_.wrong_value({file_, node.at}, "master", node, kExpected);
		}
	}

	MasterPatch read_master(const Node &node, const Table &table) {
		const auto before = problems_.count();
		MasterPatch master;
		master.place = {file_, node.at};
		for (const auto &entry : table) {
			const auto key = "master." + entry.key;
			const Item item{file_, key, entry.value, problems_};
			if (entry.key == "name")
				master.name = read_interface_name(item).value_or("");
			else if (entry.key == "standby")
				master.standby = read_match(item);
			else if (entry.key == "primary")
				master.primary = read_match(item);
			else if (entry.key == "autopair")
				problems_.add({file_, entry.at},
					      "master: autopair holds for all, expected it in [defaults]");
			else if (!read_setting(entry.key, item, master.settings))
				problems_.unknown_key({file_, entry.at}, "master: ", entry.key, kMasterKeys);
		}
		master.broken = problems_.count() != before;
		if (master.name.empty() && master.standby && !master.broken)
			master.name = master.standby->match.name.value_or("");
		return master;
	}

	void add_master(MasterPatch master) {
		if (!master.name.empty()) {
			const auto [first, fresh] = named_.emplace(master.name, master.place);
			if (!fresh) {
				problems_.add(master.place,
					      fmt::format("master: a second one named {}, the first is at {}",
							  quote(master.name), first->second.to_string()));
				return;
			}
		}
		layer_.masters.push_back(std::move(master));
	}

	const std::string &file_;
	Problems &problems_;
	Layer layer_;
	std::map<std::string, Place> named_;
};

template <typename Value> void take(std::optional<Value> &into, const std::optional<Value> &later) {
	if (later)
		into = later;
}

} // namespace

void SettingsPatch::overlay(const SettingsPatch &later) {
	take(policy, later.policy);
	take(failback, later.failback);
	take(failback_delay, later.failback_delay);
	take(proof_timeout, later.proof_timeout);
	take(notify, later.notify);
	take(notify_schedule, later.notify_schedule);
	take(notify_off_macs, later.notify_off_macs);
	take(multicast, later.multicast);
	take(xdp, later.xdp);
}

Settings SettingsPatch::applied_to(Settings settings) const {
	settings.policy = policy.value_or(settings.policy);
	settings.failback = failback.value_or(settings.failback);
	settings.failback_delay = failback_delay.value_or(settings.failback_delay);
	settings.proof_timeout = proof_timeout.value_or(settings.proof_timeout);
	settings.notify = notify.value_or(settings.notify);
	settings.notify_schedule = notify_schedule.value_or(settings.notify_schedule);
	settings.notify_off_macs = notify_off_macs.value_or(settings.notify_off_macs);
	settings.multicast = multicast.value_or(settings.multicast);
	settings.xdp = xdp.value_or(settings.xdp);
	return settings;
}

Layer read_layer(const Node &document, const std::string &file, Problems &problems) {
	return LayerReader(file, problems).read(document);
}

} // namespace failover::config
