// SPDX-License-Identifier: GPL-2.0-only
#include "announce/checksum.hpp"

#include "announce/wire.hpp"

namespace failover::announce {

namespace {

/// 16-bit words in wire order, the last byte of an odd count padded with 0. Carries stay in the upper half: 65,535
/// words fit, and no IP packet is longer.
std::uint32_t add_words(std::span<const std::uint8_t> data, std::uint32_t sum) {
	std::size_t i = 0;
	for (; i + 1 < data.size(); i += 2)
		sum += static_cast<std::uint32_t>(data[i] << 8 | data[i + 1]);
	if (i < data.size())
		sum += static_cast<std::uint32_t>(data[i] << 8);
	return sum;
}

} // namespace

std::uint16_t internet_checksum(std::span<const std::uint8_t> data, std::uint32_t sum) {
	sum = add_words(data, sum);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return static_cast<std::uint16_t>(~sum);
}

std::uint32_t icmp6_pseudo_sum(const Ipv6Address &source, const Ipv6Address &destination, std::uint32_t length) {
	std::uint32_t sum = add_words(source.bytes, 0);
	sum = add_words(destination.bytes, sum);
	return sum + (length >> 16) + (length & 0xffff) + wire::kNextIcmp6;
}

} // namespace failover::announce
