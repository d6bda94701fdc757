// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace failover {

/// An Ethernet address, six bytes in wire order.
class MacAddress {
public:
	static constexpr std::size_t kSize = 6;

	constexpr MacAddress() = default;
	constexpr explicit MacAddress(std::array<std::uint8_t, kSize> bytes) : bytes_(bytes) {}

	/// Reads "52:54:00:12:34:56" (either case, ':' or '-'); nothing else is taken.
	[[nodiscard]] static std::optional<MacAddress> parse(std::string_view text);
	/// Takes exactly six bytes.
	[[nodiscard]] static std::optional<MacAddress> from_bytes(std::span<const std::uint8_t> bytes);

	[[nodiscard]] const std::array<std::uint8_t, kSize> &bytes() const { return bytes_; }
	[[nodiscard]] bool is_zero() const { return bytes_ == std::array<std::uint8_t, kSize>{}; }
	/// Group bit of IEEE 802: broadcast and multicast.
	[[nodiscard]] bool is_multicast() const { return bytes_[0] & 1; }
	[[nodiscard]] std::string to_string() const;

	friend auto operator<=>(const MacAddress &, const MacAddress &) = default;

private:
	std::array<std::uint8_t, kSize> bytes_{};
};

inline constexpr MacAddress kBroadcastMac{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

} // namespace failover
