// SPDX-License-Identifier: GPL-2.0-only
#include "config/merge.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <linux/fom_abi.h>

namespace failover::config {

namespace {

template <typename Value> bool both_equal(const std::optional<Value> &a, const std::optional<Value> &b) {
	return a && a == b;
}

template <typename Value> bool both_differ(const std::optional<Value> &a, const std::optional<Value> &b) {
	return a && b && a != b;
}

/// Whether the two can only mean one NIC: they are the same, or they agree on something that one NIC has to itself and
/// disagree on nothing. A common MAC alone is no clash: a primary has its standby's.
bool clash(const NicMatch &a, const NicMatch &b) {
	if (both_differ(a.name, b.name) || both_differ(a.mac, b.mac) || both_differ(a.driver, b.driver) ||
	    both_differ(a.bus, b.bus) || both_differ(a.slot, b.slot) || both_differ(a.acpi_index, b.acpi_index))
		return false;
	return a == b || both_equal(a.name, b.name) || both_equal(a.bus, b.bus) || both_equal(a.slot, b.slot) ||
	       both_equal(a.acpi_index, b.acpi_index);
}

/// One match of one master, with the words for it.
struct Claim {
	const PlacedMatch *match;
	const MasterPatch *master;
	std::string_view role;

	[[nodiscard]] std::string to_string() const {
		if (master->name.empty())
			return fmt::format("{} of the master at {}", role, master->place.to_string());
		return fmt::format("{} of master \"{}\"", role, master->name);
	}
};

void check_claims(const std::vector<MasterPatch> &masters, Problems &problems) {
	std::vector<Claim> claims;
	for (const auto &master : masters) {
		if (master.broken)
			continue;
		for (const auto &[match, role] :
		     {std::pair(&master.standby, "the standby"), std::pair(&master.primary, "the primary")}) {
			if (!*match)
				continue;
			const Claim claim{&**match, &master, role};
			const auto earlier = std::ranges::find_if(
			    claims, [&](const Claim &other) { return clash(other.match->match, claim.match->match); });
			if (earlier != claims.end())
				problems.add(claim.match->place,
					     fmt::format("master: {} matches the same NIC as {} ({}), expected a key "
							 "that tells them apart (driver, bus, slot)",
							 claim.to_string(), earlier->to_string(),
							 earlier->match->place.to_string()));
			claims.push_back(claim);
		}
	}
}

void lay_over(MasterPatch &earlier, const MasterPatch &later) {
	if (later.standby)
		earlier.standby = later.standby;
	if (later.primary)
		earlier.primary = later.primary;
	earlier.settings.overlay(later.settings);
	earlier.broken |= later.broken;
}

std::vector<MasterPatch> merge_masters(const std::vector<Layer> &layers) {
	std::vector<MasterPatch> masters;
	for (const auto &layer : layers) {
		for (const auto &master : layer.masters) {
			const auto earlier = std::ranges::find(masters, master.name, &MasterPatch::name);
			if (!master.name.empty() && earlier != masters.end())
				lay_over(*earlier, master);
			else
				masters.push_back(master);
		}
	}
	return masters;
}

/// A master that says no more than its name stands over the interface of that name.
void complete(MasterPatch &master, Problems &problems) {
	if (master.standby || master.broken)
		return;
	if (master.name.empty())
		problems.add(master.place, "master: neither name nor standby, expected at least one of them");
	else
		master.standby = PlacedMatch{{.name = master.name}, master.place};
}

} // namespace

Config merge(const std::vector<Layer> &layers, Problems &problems) {
	SettingsPatch defaults;
	Config config;
	for (const auto &layer : layers) {
		defaults.overlay(layer.defaults);
		config.autopair = layer.autopair.value_or(config.autopair);
	}
	config.defaults = defaults.applied_to({});

	auto masters = merge_masters(layers);
	for (auto &master : masters)
		complete(master, problems);
	if (masters.size() > FOM_MAX_MASTERS)
		problems.add(masters[FOM_MAX_MASTERS].place,
			     fmt::format("master: {} of them, expected at most {}", masters.size(), FOM_MAX_MASTERS));
	else
		check_claims(masters, problems);

	for (const auto &master : masters) {
		MasterConfig out{.name = master.name, .settings = master.settings.applied_to(config.defaults)};
		out.origin = fmt::format("{}:{}", master.place.file, master.place.at.line);
		if (master.standby)
			out.standby = master.standby->match;
		if (master.primary)
			out.primary = master.primary->match;
		config.masters.push_back(std::move(out));
	}
	return config;
}

} // namespace failover::config
