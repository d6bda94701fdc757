// SPDX-License-Identifier: GPL-2.0-only
// What daemon/system/failover.toml says, checked: plain values, nothing of TOML left.
#pragma once

#include "base/mac_address.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace failover::config {

enum class Policy { failover_order };
enum class Failback { automatic, never };
enum class Multicast { all };
enum class XdpMode { automatic, on, off };

/// Everything a master can be told; [defaults] gives the values for masters that do not say.
struct Settings {
	Policy policy = Policy::failover_order;
	Failback failback = Failback::automatic;
	std::chrono::milliseconds failback_delay{0};
	std::chrono::milliseconds proof_timeout{2000}; ///< 0: carrier alone is believed
	bool notify = true;
	/// Offsets from the switch, ascending; as QEMU announces.
	std::vector<std::chrono::milliseconds> notify_schedule = {
	    std::chrono::milliseconds{0}, std::chrono::milliseconds{50}, std::chrono::milliseconds{200},
	    std::chrono::milliseconds{450}, std::chrono::milliseconds{800}};
	std::vector<MacAddress> notify_off_macs = {};
	Multicast multicast = Multicast::all;
	XdpMode xdp = XdpMode::automatic;

	friend bool operator==(const Settings &, const Settings &) = default;
};

/// Tells a NIC: all that is given must hold. At least one is given.
struct NicMatch {
	std::optional<std::string> name = {};         ///< interface name when it appears
	std::optional<MacAddress> mac = {};           ///< permanent address
	std::optional<std::string> driver = {};       ///< kernel driver: "virtio_net"
	std::optional<std::string> bus = {};          ///< its device's name on the bus: "0000:01:00.0", "virtio0"
	std::optional<std::string> slot = {};         ///< name of its slot in /sys/bus/pci/slots
	std::optional<std::uint16_t> acpi_index = {}; ///< index the firmware gave it, 1..16383

	[[nodiscard]] bool empty() const { return *this == NicMatch{}; }
	friend bool operator==(const NicMatch &, const NicMatch &) = default;
};

struct MasterConfig {
	std::string name = {}; ///< empty: the name the standby has when it is found
	NicMatch standby = {};
	std::optional<NicMatch> primary = {}; ///< none: a NIC with the standby's MAC
	Settings settings = {};               ///< defaults already applied
	std::string origin = {};              ///< "file:line" of its first [[master]], for messages
};

struct Config {
	Settings defaults = {};
	bool autopair = true; ///< pair NICs of the same MAC without being told
	std::vector<MasterConfig> masters = {};
	std::vector<std::string> sources = {}; ///< files read, in order
};

/// Same effect; where it was written does not count.
[[nodiscard]] bool equivalent(const Config &a, const Config &b);

/// TOML that parses back to an equivalent Config: the merged outcome of all files.
[[nodiscard]] std::string to_toml(const Config &config);

} // namespace failover::config
