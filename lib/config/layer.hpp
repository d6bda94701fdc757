// SPDX-License-Identifier: GPL-2.0-only
// What one file says, before it is laid over the files read earlier.
#pragma once

#include "config/config.hpp"
#include "config/problems.hpp"

#include <optional>
#include <string>
#include <vector>

namespace failover::config {

/// Settings that a file names; the others stay as they were.
struct SettingsPatch {
	std::optional<Policy> policy;
	std::optional<Failback> failback;
	std::optional<std::chrono::milliseconds> failback_delay;
	std::optional<std::chrono::milliseconds> proof_timeout;
	std::optional<bool> notify;
	std::optional<std::vector<std::chrono::milliseconds>> notify_schedule;
	std::optional<std::vector<MacAddress>> notify_off_macs;
	std::optional<Multicast> multicast;
	std::optional<XdpMode> xdp;

	/// Lays what `later` names over this.
	void overlay(const SettingsPatch &later);
	[[nodiscard]] Settings applied_to(Settings settings) const;
};

struct PlacedMatch {
	NicMatch match;
	Place place;
};

struct MasterPatch {
	Place place;
	std::string name; ///< as given, else that of the standby's match, else empty
	std::optional<PlacedMatch> standby;
	std::optional<PlacedMatch> primary;
	SettingsPatch settings;
	bool broken = false; ///< something in it was refused: what is missing may only be so for that reason
};

struct Layer {
	SettingsPatch defaults;
	std::optional<bool> autopair;
	std::vector<MasterPatch> masters;
};

/// Checks each key by itself and that no two masters of the file have one name.
[[nodiscard]] Layer read_layer(const Node &document, const std::string &file, Problems &problems);

} // namespace failover::config
