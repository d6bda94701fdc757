// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "announce/ip_address.hpp"
#include "base/mac_address.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace failover::announce {

/// Reads fields in network byte order. Reading past the end gives zeros and is remembered: read a structure's fixed
/// part, then ask truncated() once before believing any of it.
class FrameReader {
public:
	explicit FrameReader(std::span<const std::uint8_t> frame) : frame_(frame), end_(frame.size()) {}

	[[nodiscard]] std::uint8_t u8();
	[[nodiscard]] std::uint16_t u16();
	[[nodiscard]] std::uint32_t u32();
	[[nodiscard]] MacAddress mac();
	[[nodiscard]] Ipv4Address ipv4();
	[[nodiscard]] Ipv6Address ipv6();
	void skip(std::size_t count) { (void)take(count); }

	[[nodiscard]] std::size_t position() const { return position_; }
	[[nodiscard]] std::size_t left() const { return end_ - position_; }
	[[nodiscard]] bool truncated() const { return truncated_; }
	/// Everything from `begin` to the end of what may be read.
	[[nodiscard]] std::span<const std::uint8_t> since(std::size_t begin) const;

	/// Nothing beyond `count` bytes from here is ours: padding, or what follows an inner structure.
	/// False, and nothing changes, when fewer bytes are left.
	[[nodiscard]] bool limit(std::size_t count);

	/// "byte N: what".
	[[nodiscard]] tl::unexpected<Error> fail_here(std::string_view what) const { return fail_at(position_, what); }
	[[nodiscard]] static tl::unexpected<Error> fail_at(std::size_t position, std::string_view what);
	/// The error of a structure that needs more bytes than there are.
	[[nodiscard]] tl::unexpected<Error> fail_short(std::string_view structure) const;

private:
	std::span<const std::uint8_t> take(std::size_t count);

	std::span<const std::uint8_t> frame_;
	std::size_t position_ = 0;
	std::size_t end_;
	bool truncated_ = false;
};

} // namespace failover::announce
