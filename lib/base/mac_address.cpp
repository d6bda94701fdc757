// SPDX-License-Identifier: GPL-2.0-only
#include "base/mac_address.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace failover {

namespace {

int hex_value(char c) {
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

} // namespace

std::optional<MacAddress> MacAddress::parse(std::string_view text) {
	constexpr std::size_t kTextSize = kSize * 3 - 1;
	if (text.size() != kTextSize)
		return std::nullopt;
	const char separator = text[2];
	if (separator != ':' && separator != '-')
		return std::nullopt;

	std::array<std::uint8_t, kSize> bytes{};
	for (std::size_t i = 0; i < kSize; ++i) {
		const int high = hex_value(text[3 * i]);
		const int low = hex_value(text[3 * i + 1]);
		if (high < 0 || low < 0 || (i + 1 < kSize && text[3 * i + 2] != separator))
			return std::nullopt;
		bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
	}
	return MacAddress(bytes);
}

std::optional<MacAddress> MacAddress::from_bytes(std::span<const std::uint8_t> bytes) {
	if (bytes.size() != kSize)
		return std::nullopt;
	std::array<std::uint8_t, kSize> copy{};
	std::ranges::copy(bytes, copy.begin());
	return MacAddress(copy);
}

std::string MacAddress::to_string() const {
	return fmt::format("{:02x}", fmt::join(bytes_, ":"));
}

} // namespace failover
