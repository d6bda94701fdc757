// SPDX-License-Identifier: GPL-2.0-only
#include "config/config.hpp"

#include "config/problems.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace failover::config {

namespace {

std::string_view word(Policy) {
	return "failover-order";
}

std::string_view word(Failback failback) {
	return failback == Failback::never ? "never" : "auto";
}

std::string_view word(Multicast) {
	return "all";
}

std::string_view word(XdpMode mode) {
	switch (mode) {
	case XdpMode::on:
		return "on";
	case XdpMode::off:
		return "off";
	case XdpMode::automatic:
		break;
	}
	return "auto";
}

std::string list(const std::vector<std::chrono::milliseconds> &offsets) {
	std::vector<std::int64_t> counts;
	for (const auto offset : offsets)
		counts.push_back(offset.count());
	return fmt::format("[{}]", fmt::join(counts, ", "));
}

std::string list(const std::vector<MacAddress> &macs) {
	std::vector<std::string> texts;
	for (const auto &mac : macs)
		texts.push_back(quote(mac.to_string()));
	return fmt::format("[{}]", fmt::join(texts, ", "));
}

/// Every key, or only those that differ from `base`.
std::string render(const Settings &settings, const Settings *base) {
	std::string text;
	const auto add = [&](auto Settings::*member, std::string_view key, auto print) {
		if (!base || settings.*member != base->*member)
			text += fmt::format("{} = {}\n", key, print(settings.*member));
	};
	const auto quoted_word = [](auto value) { return quote(word(value)); };
	const auto any_list = [](const auto &values) { return list(values); };
	add(&Settings::policy, "policy", quoted_word);
	add(&Settings::failback, "failback", quoted_word);
	const auto milliseconds = [](auto delay) { return std::to_string(delay.count()); };
	add(&Settings::failback_delay, "failback-delay-ms", milliseconds);
	add(&Settings::proof_timeout, "proof-timeout-ms", milliseconds);
	add(&Settings::notify, "notify", [](bool on) { return on ? "\"on\"" : "\"off\""; });
	add(&Settings::notify_schedule, "notify-schedule-ms", any_list);
	add(&Settings::notify_off_macs, "notify-off-macs", any_list);
	add(&Settings::multicast, "multicast", quoted_word);
	add(&Settings::xdp, "xdp", quoted_word);
	return text;
}

std::string render(const NicMatch &match) {
	std::vector<std::string> parts;
	const auto add = [&](std::string_view key, const auto &value) {
		if (value)
			parts.push_back(fmt::format("{} = {}", key, quote(*value)));
	};
	add("name", match.name);
	add("mac", match.mac ? std::optional(match.mac->to_string()) : std::nullopt);
	add("driver", match.driver);
	add("bus", match.bus);
	add("slot", match.slot);
	if (match.acpi_index)
		parts.push_back(fmt::format("acpi-index = {}", *match.acpi_index));
	return fmt::format("{{ {} }}", fmt::join(parts, ", "));
}

bool equivalent_master(const MasterConfig &a, const MasterConfig &b) {
	return a.name == b.name && a.standby == b.standby && a.primary == b.primary && a.settings == b.settings;
}

} // namespace

bool equivalent(const Config &a, const Config &b) {
	return a.defaults == b.defaults && a.autopair == b.autopair &&
	       std::ranges::equal(a.masters, b.masters, equivalent_master);
}

std::string to_toml(const Config &config) {
	auto text = fmt::format("[defaults]\nautopair = {}\n{}", config.autopair, render(config.defaults, nullptr));
	for (const auto &master : config.masters) {
		text += "\n[[master]]\n";
		if (!master.name.empty())
			text += fmt::format("name = {}\n", quote(master.name));
		text += fmt::format("standby = {}\n", render(master.standby));
		if (master.primary)
			text += fmt::format("primary = {}\n", render(*master.primary));
		text += render(master.settings, &config.defaults);
	}
	return text;
}

} // namespace failover::config
