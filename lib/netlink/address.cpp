// SPDX-License-Identifier: GPL-2.0-only
#include "netlink/address.hpp"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include <arpa/inet.h>
#include <cstring>
#include <fmt/ranges.h>

namespace failover::netlink {

Result<Address> parse_address(const nlmsghdr *message) {
	ifaddrmsg info{};
	if (auto ok = check_message(message, {RTM_NEWADDR, RTM_DELADDR}, sizeof(info), "address"); !ok)
		return tl::unexpected(std::move(ok.error()));
	std::memcpy(&info, NLMSG_DATA(message), sizeof(info));

	AttributeReader attributes(message, sizeof(info), "address message");
	Address address;
	address.ifindex = static_cast<int>(info.ifa_index);
	address.family = info.ifa_family;
	address.prefix_len = info.ifa_prefixlen;
	address.scope = info.ifa_scope;
	address.flags = info.ifa_flags; // eight bits; IFA_FLAGS has all
	attributes.read(IFA_FLAGS, address.flags);
	attributes.read(IFA_ADDRESS, address.peer);
	address.local = address.peer; // IPv6 sends IFA_LOCAL only when there is a peer
	attributes.read(IFA_LOCAL, address.local);
	attributes.read(IFA_BROADCAST, address.broadcast);
	attributes.read(IFA_LABEL, address.label);
	attributes.read(IFA_PROTO, address.proto);
	attributes.read(IFA_RT_PRIORITY, address.rt_priority);
	if (attributes.has(IFA_CACHEINFO)) {
		ifa_cacheinfo info_lifetime{};
		attributes.read_struct(IFA_CACHEINFO, info_lifetime);
		address.valid_lifetime = info_lifetime.ifa_valid;
		address.preferred_lifetime = info_lifetime.ifa_prefered;
	}
	if (auto ok = attributes.status(); !ok)
		return tl::unexpected(std::move(ok.error()));
	return address;
}

std::string ip_to_string(ByteSpan bytes) {
	char text[INET6_ADDRSTRLEN];
	if (bytes.size() == sizeof(in_addr))
		return ::inet_ntop(AF_INET, bytes.data(), text, sizeof(text));
	if (bytes.size() == sizeof(in6_addr))
		return ::inet_ntop(AF_INET6, bytes.data(), text, sizeof(text));
	return fmt::format("0x{:02x}", fmt::join(bytes, ""));
}

Bytes ip_from_string(const std::string &text) {
	in6_addr bytes{};
	const auto *start = reinterpret_cast<const std::uint8_t *>(&bytes);
	if (::inet_pton(AF_INET, text.c_str(), &bytes) == 1)
		return Bytes(start, start + sizeof(in_addr));
	if (::inet_pton(AF_INET6, text.c_str(), &bytes) == 1)
		return Bytes(start, start + sizeof(in6_addr));
	return {};
}

std::string to_string(const Address &address) {
	return fmt::format("{}/{}", ip_to_string(address.local), address.prefix_len);
}

} // namespace failover::netlink
