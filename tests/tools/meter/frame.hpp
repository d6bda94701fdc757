// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/mac_address.hpp"

#include <array>
#include <netinet/in.h>

namespace failover::meter {

inline constexpr std::size_t kPayload = 18; ///< bytes of a datagram that fill the smallest Ethernet frame
inline constexpr std::size_t kFrame = 60;   ///< that frame, without its checksum

/// From where to where one datagram goes; the address fields are in network order.
struct Flow {
	MacAddress from_mac, to_mac;
	in_addr from{}, to{};
	in_port_t port = 0; ///< at both ends
};

/// The datagram as it is on the wire, without a UDP checksum, which IPv4 allows (RFC 768): to verify one costs a
/// receiver the same whatever way the packet takes.
[[nodiscard]] std::array<std::uint8_t, kFrame> udp_frame(const Flow &flow);

} // namespace failover::meter
