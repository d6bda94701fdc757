// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/fd.hpp"
#include "base/mac_address.hpp"
#include "base/result.hpp"
#include "netlink/channel.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace failover::netlink {

/// Names as `ethtool -k` of the kernel knows them: "rx-lro", "rx-vlan-filter", "tx-generic-segmentation".
struct Features {
	std::set<std::string> hardware; ///< what the driver lets be changed
	std::set<std::string> wanted;   ///< what was asked for
	std::set<std::string> active;   ///< what is on
	std::set<std::string> fixed;    ///< never changeable
};

struct FeatureRefusal {
	std::string feature;
	std::string reason;
};

/// Where a device comes from (ETHTOOL_GDRVINFO).
struct DriverInfo {
	std::string driver;   ///< "mlx5_core", "virtio_net"
	std::string bus_info; ///< "0000:01:00.0"
	std::string version;
	std::string firmware;
};

/// NIC settings by the kernel's ethtool interfaces, for devices of the namespace it was opened in.
class EthtoolSocket {
public:
	[[nodiscard]] static Result<EthtoolSocket> open();

	[[nodiscard]] Result<Features> features(int ifindex);
	/// Turns the named features on or off, together, so that a driver resets its NIC once, and what did not become
	/// so each on its own, so that one refusal does not hinder the rest. Returns what was refused even then; fails
	/// only when nothing could be asked at all.
	[[nodiscard]] Result<std::vector<FeatureRefusal>> set_features(int ifindex,
								       const std::map<std::string, bool> &wanted);
	[[nodiscard]] Result<DriverInfo> driver(int ifindex);
	/// The burnt-in address; an error where the device has none.
	[[nodiscard]] Result<MacAddress> permanent_mac(int ifindex);

private:
	EthtoolSocket(Channel channel, UniqueFd ioctl_fd, std::uint16_t family)
	    : channel_(std::move(channel)), ioctl_fd_(std::move(ioctl_fd)), family_(family) {}
	Status ioctl(int ifindex, void *data, const std::string &what);

	Channel channel_;
	UniqueFd ioctl_fd_; ///< ethtool's ioctl works on any socket of the namespace
	std::uint16_t family_;
};

} // namespace failover::netlink
