// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "config/config.hpp"
#include "netlink/ethtool_features.hpp"
#include "netlink/link.hpp"

#include <optional>
#include <string>
#include <vector>

namespace failover {

/// What ethtool calls the driver of the kernel's own masters.
inline constexpr const char *kNetFailover = "net_failover";

/// A network device with what tells it from others: a candidate for a slave.
struct Nic {
	netlink::Link link;
	std::string driver;
	std::vector<std::string> bus_path; ///< bus names from the device upwards: "virtio0", "0000:01:00.0", ...
	std::string slot;                  ///< name of its PCI slot, empty: none
	std::optional<std::uint16_t> acpi_index;

	/// Bus name of the device itself, empty for software devices.
	[[nodiscard]] std::string bus() const { return bus_path.empty() ? "" : bus_path.front(); }
	/// Name of the PCI function it sits on, its own or that of a parent; empty: none.
	[[nodiscard]] std::string pci() const;
	[[nodiscard]] bool paravirtual() const;
	[[nodiscard]] MacAddress permanent_mac() const { return link.perm_mac.value_or(link.mac); }
};

/// Reads what sysfs and ethtool say of a link in the calling thread's namespace.
[[nodiscard]] Nic describe_nic(netlink::Link link, netlink::EthtoolSocket &ethtool);

[[nodiscard]] bool matches(const config::NicMatch &match, const Nic &nic);

} // namespace failover
