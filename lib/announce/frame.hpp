// SPDX-License-Identifier: GPL-2.0-only
// What every announcement is made of: an Ethernet frame without its FCS, tags included.
#pragma once

#include "announce/ip_address.hpp"
#include "base/mac_address.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace failover::announce {

using Frame = std::vector<std::uint8_t>;

/// The smallest frame handed to a NIC: 64 bytes of IEEE 802.3 less the FCS.
inline constexpr std::size_t kMinFrame = 60;

inline constexpr std::uint16_t kTpidCustomer = 0x8100; ///< 802.1Q
inline constexpr std::uint16_t kTpidService = 0x88a8;  ///< 802.1ad, the outer tag of QinQ

/// One VLAN tag as it stands in the frame. Only the 12 bits of `vid` and the 3 bits of `priority` are sent.
struct VlanTag {
	std::uint16_t vid = 0;
	std::uint16_t tpid = kTpidCustomer;
	std::uint8_t priority = 0;

	friend auto operator<=>(const VlanTag &, const VlanTag &) = default;
};

/// Tags from the outermost inwards; empty: untagged.
using VlanStack = std::vector<VlanTag>;

/// Where a frame comes from: the MAC it announces and the VLAN it does so in.
struct Origin {
	MacAddress mac;
	VlanStack tags = {};
};

} // namespace failover::announce
