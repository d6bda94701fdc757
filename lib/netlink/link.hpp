// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/mac_address.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

struct nlmsghdr;

namespace failover::netlink {

/// One network device as RTM_NEWLINK describes it. Fields that a kernel does not send keep their default.
struct Link {
	int ifindex = 0;
	std::string name;
	MacAddress mac;                     ///< zero where the link layer is not Ethernet-like
	std::optional<MacAddress> perm_mac; ///< burnt-in address, since Linux 5.6
	unsigned arphrd = 0;                ///< ARPHRD_*
	unsigned flags = 0;                 ///< IFF_*; PROMISC and ALLMULTI only where somebody set the flag itself
	bool carrier = false;       ///< as the driver says; stays from the last time up while the device is down
	std::uint8_t operstate = 0; ///< IF_OPER_*
	unsigned mtu = 0, min_mtu = 0, max_mtu = 0; ///< bytes; max 0 = no limit
	unsigned txqlen = 0;                        ///< packets
	unsigned group = 0;
	std::string qdisc;
	int master = 0;                      ///< ifindex, 0 none; may belong to another namespace
	int lower = 0;                       ///< IFLA_LINK: ifindex below or beside (veth peer), 0 none
	std::optional<int> link_netnsid;     ///< where `lower` lives when not here
	std::string kind;                    ///< rtnl kind ("veth", "vlan"), empty for hardware
	std::string parent_bus, parent_name; ///< "pci", "0000:01:00.0"; since Linux 5.14
	std::string phys_port_name;
	unsigned promiscuity = 0; ///< count of users
	unsigned allmulti = 0;    ///< count of users, since Linux 6.0
	std::string alias;
	std::vector<std::string> altnames;
	std::optional<std::uint16_t> vlan_id;
	std::uint16_t vlan_protocol = 0; ///< host order: 0x8100, 0x88a8
	unsigned gso_max_size = 0, gso_max_segs = 0, tso_max_size = 0;
	unsigned num_tx_queues = 0, num_rx_queues = 0;
	unsigned event = 0; ///< IFLA_EVENT_*: what a notification is about, where the kernel says so
	std::optional<std::uint8_t> addr_gen_mode; ///< IN6_ADDR_GEN_MODE_*; absent while IPv6 is not on the device

	/// Up, with carrier.
	[[nodiscard]] bool carries() const;

	friend bool operator==(const Link &, const Link &) = default;
};

/// Reads RTM_NEWLINK or RTM_DELLINK. Needs `message->nlmsg_len` readable bytes; pure.
[[nodiscard]] Result<Link> parse_link(const nlmsghdr *message);

/// Bridges and IPv6 put messages of their own family into RTNLGRP_LINK ("port left the bridge" is an RTM_DELLINK);
/// those say nothing about whether the device exists.
[[nodiscard]] bool describes_device(const nlmsghdr *message);

} // namespace failover::netlink
