// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "announce/frame.hpp"

#include <span>

namespace failover::announce {

/// Appends fields in network byte order to a frame whose Ethernet header and tags are there from the start.
class FrameWriter {
public:
	FrameWriter(const Origin &origin, const MacAddress &destination, std::uint16_t ether_type);

	FrameWriter &u8(std::uint8_t value);
	FrameWriter &u16(std::uint16_t value);
	FrameWriter &u32(std::uint32_t value);
	FrameWriter &bytes(std::span<const std::uint8_t> data);
	FrameWriter &zeros(std::size_t count);

	/// Where the next field will stand.
	[[nodiscard]] std::size_t position() const { return frame_.size(); }
	/// What was written from `begin` on.
	[[nodiscard]] std::span<const std::uint8_t> since(std::size_t begin) const;
	/// Overwrites two bytes written before: checksums, known only at the end.
	void patch_u16(std::size_t at, std::uint16_t value);

	/// The frame, padded with zeros to kMinFrame.
	[[nodiscard]] Frame take() &&;

private:
	Frame frame_;
};

/// The Ethernet address of an IPv4 group: 01:00:5e and its low 23 bits (RFC 1112 §6.4).
[[nodiscard]] MacAddress group_mac(const Ipv4Address &group);
/// The Ethernet address of an IPv6 group: 33:33 and its low 32 bits (RFC 2464 §7).
[[nodiscard]] MacAddress group_mac(const Ipv6Address &group);

} // namespace failover::announce
