// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace failover::announce {

/// An IPv4 address, four bytes in wire order.
struct Ipv4Address {
	static constexpr std::size_t kSize = 4;
	std::array<std::uint8_t, kSize> bytes{};

	/// Reads dotted decimal as inet_pton(3) does.
	[[nodiscard]] static std::optional<Ipv4Address> parse(std::string_view text);
	[[nodiscard]] bool is_unspecified() const { return *this == Ipv4Address{}; }
	[[nodiscard]] bool is_multicast() const { return (bytes[0] & 0xf0) == 0xe0; }
	[[nodiscard]] bool is_loopback() const { return bytes[0] == 127; }
	[[nodiscard]] std::string to_string() const;

	friend auto operator<=>(const Ipv4Address &, const Ipv4Address &) = default;
};

/// An IPv6 address, sixteen bytes in wire order.
struct Ipv6Address {
	static constexpr std::size_t kSize = 16;
	std::array<std::uint8_t, kSize> bytes{};

	/// Reads what inet_pton(3) reads; no scope ("%eth0").
	[[nodiscard]] static std::optional<Ipv6Address> parse(std::string_view text);
	[[nodiscard]] bool is_unspecified() const { return *this == Ipv6Address{}; }
	[[nodiscard]] bool is_multicast() const { return bytes[0] == 0xff; }
	[[nodiscard]] bool is_loopback() const;
	[[nodiscard]] bool is_link_local() const { return bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80; }
	[[nodiscard]] std::string to_string() const;

	friend auto operator<=>(const Ipv6Address &, const Ipv6Address &) = default;
};

/// 224.0.0.22, where IGMPv3 reports go (RFC 3376 §4.2.14).
inline constexpr Ipv4Address kIgmpV3Routers{{224, 0, 0, 22}};
/// ff02::1, all nodes of the link.
inline constexpr Ipv6Address kAllNodes{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01}};
/// ff02::16, where MLDv2 reports go (RFC 3810 §5.2.14).
inline constexpr Ipv6Address kMldV2Routers{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x16}};

} // namespace failover::announce
