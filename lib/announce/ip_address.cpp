// SPDX-License-Identifier: GPL-2.0-only
#include "announce/ip_address.hpp"

#include <algorithm>
#include <arpa/inet.h>

namespace failover::announce {

namespace {

template <typename Address> std::optional<Address> parse_as(int family, std::string_view text) {
	Address address;
	if (text.find('\0') != std::string_view::npos)
		return std::nullopt;
	if (::inet_pton(family, std::string(text).c_str(), address.bytes.data()) != 1)
		return std::nullopt;
	return address;
}

template <typename Address> std::string print_as(int family, const Address &address) {
	std::array<char, INET6_ADDRSTRLEN> text{};
	::inet_ntop(family, address.bytes.data(), text.data(), text.size());
	return text.data();
}

} // namespace

std::optional<Ipv4Address> Ipv4Address::parse(std::string_view text) {
	return parse_as<Ipv4Address>(AF_INET, text);
}

std::string Ipv4Address::to_string() const {
	return print_as(AF_INET, *this);
}

std::optional<Ipv6Address> Ipv6Address::parse(std::string_view text) {
	return parse_as<Ipv6Address>(AF_INET6, text);
}

bool Ipv6Address::is_loopback() const {
	return bytes.back() == 1 && std::all_of(bytes.begin(), bytes.end() - 1, [](auto byte) { return byte == 0; });
}

std::string Ipv6Address::to_string() const {
	return print_as(AF_INET6, *this);
}

} // namespace failover::announce
