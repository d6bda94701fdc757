// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/result.hpp"
#include "netlink/attribute_reader.hpp"

#include <cstdint>
#include <string>

struct nlmsghdr;

namespace failover::netlink {

class Request;

/// An IP address on an interface as RTM_NEWADDR describes it.
struct Address {
	static constexpr std::uint32_t kForever = 0xffffffff;

	int ifindex = 0;
	std::uint8_t family = 0; ///< AF_INET, AF_INET6
	std::uint8_t prefix_len = 0;
	std::uint8_t scope = 0;  ///< RT_SCOPE_*
	std::uint32_t flags = 0; ///< IFA_F_*
	Bytes local;             ///< the address of this host; network order
	Bytes peer;              ///< IFA_ADDRESS: the far end of a point-to-point link, else equal to `local`
	Bytes broadcast;
	std::string label;
	std::uint32_t valid_lifetime = kForever;     ///< seconds left
	std::uint32_t preferred_lifetime = kForever; ///< seconds left
	std::uint8_t proto = 0;                      ///< IFAPROT_*, since Linux 5.18
	std::uint32_t rt_priority = 0;               ///< metric of the prefix route, 0 = the kernel's choice

	friend bool operator==(const Address &, const Address &) = default;
};

/// Reads RTM_NEWADDR or RTM_DELADDR. Needs `message->nlmsg_len` readable bytes; pure.
[[nodiscard]] Result<Address> parse_address(const nlmsghdr *message);
/// "192.0.2.1/24", "2001:db8::1/64".
[[nodiscard]] std::string to_string(const Address &address);
/// "192.0.2.1" from network-order bytes; hex for lengths that are no IP address.
[[nodiscard]] std::string ip_to_string(ByteSpan bytes);
/// Network-order bytes from text, empty when it is no IP address.
[[nodiscard]] Bytes ip_from_string(const std::string &text);

} // namespace failover::netlink
