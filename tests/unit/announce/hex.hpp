// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "announce/frame.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace failover::announce::test {

/// Bytes written as hexadecimal digits; anything between them is for the reader.
inline Frame hex(std::string_view text) {
	std::string digits;
	for (const char c : text)
		if (c != ' ' && c != '\n' && c != '\t' && c != '|')
			digits += c;
	if (digits.size() % 2 != 0)
		throw std::invalid_argument("odd number of hexadecimal digits");
	Frame bytes;
	for (std::size_t i = 0; i < digits.size(); i += 2)
		bytes.push_back(static_cast<std::uint8_t>(std::stoul(digits.substr(i, 2), nullptr, 16)));
	return bytes;
}

/// Zeros up to the smallest Ethernet frame.
inline Frame padded(Frame frame) {
	if (frame.size() < 60)
		frame.resize(60);
	return frame;
}

/// They throw std::bad_optional_access on a text that is no address.
inline MacAddress mac(std::string_view text) {
	return MacAddress::parse(text).value();
}
inline Ipv4Address ip4(std::string_view text) {
	return Ipv4Address::parse(text).value();
}
inline Ipv6Address ip6(std::string_view text) {
	return Ipv6Address::parse(text).value();
}

inline const MacAddress kMac{{0x52, 0x54, 0x00, 0x12, 0x34, 0x56}};

} // namespace failover::announce::test
