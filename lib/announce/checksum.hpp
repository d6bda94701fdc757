// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "announce/ip_address.hpp"

#include <cstdint>
#include <span>

namespace failover::announce {

/// The Internet checksum (RFC 1071) of `data`, continuing from a sum not yet folded. Over data that holds its own right
/// checksum it is 0.
[[nodiscard]] std::uint16_t internet_checksum(std::span<const std::uint8_t> data, std::uint32_t sum = 0);

/// The sum of the IPv6 pseudo header (RFC 8200 §8.1) of an ICMPv6 message, to continue from.
[[nodiscard]] std::uint32_t icmp6_pseudo_sum(const Ipv6Address &source, const Ipv6Address &destination,
					     std::uint32_t length);

} // namespace failover::announce
