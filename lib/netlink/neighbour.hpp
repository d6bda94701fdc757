// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/result.hpp"
#include "netlink/attribute_reader.hpp"

#include <cstdint>
#include <optional>

struct nlmsghdr;

namespace failover::netlink {

/// A neighbour (ARP, ND) or forwarding entry as RTM_NEWNEIGH describes it.
struct Neighbour {
	int ifindex = 0;
	std::uint8_t family = 0; ///< AF_INET, AF_INET6, AF_BRIDGE
	std::uint16_t state = 0; ///< NUD_*
	std::uint8_t flags = 0;  ///< NTF_*
	std::uint8_t type = 0;
	Bytes dst;
	Bytes lladdr;
	std::uint8_t protocol = 0; ///< RTPROT_*
	std::optional<std::uint16_t> vlan_id;
	std::optional<std::uint32_t> ext_flags;   ///< NTF_EXT_*
	std::optional<std::uint32_t> confirmed_s; ///< so many seconds ago it was last known to be there
	Bytes attributes;                         ///< raw, as received

	[[nodiscard]] bool is_proxy() const;
};

/// Reads RTM_NEWNEIGH or RTM_DELNEIGH. Needs `message->nlmsg_len` readable bytes; pure.
[[nodiscard]] Result<Neighbour> parse_neighbour(const nlmsghdr *message);

} // namespace failover::netlink
