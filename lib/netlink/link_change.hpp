// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/mac_address.hpp"

#include <cstdint>
#include <net/if.h>
#include <optional>
#include <string>

namespace failover::netlink {

/// What to change on a link, in one request; everything not named stays as it is.
struct LinkChange {
	std::optional<std::string> name = {};
	std::optional<MacAddress> mac = {};
	std::optional<unsigned> mtu = {};
	unsigned flags = 0, flags_mask = 0;             ///< IFF_*: bits of the mask take the value in flags
	std::optional<std::string> alias = {};          ///< empty removes it
	std::optional<std::uint8_t> addr_gen_mode = {}; ///< IN6_ADDR_GEN_MODE_*; NONE keeps fe80 away
	std::optional<unsigned> txqlen = {};
	std::optional<unsigned> group = {};
	std::optional<unsigned> gso_max_size = {}, gso_max_segs = {};
	std::optional<int> master = {}; ///< ifindex, 0 releases

	LinkChange &set_flag(unsigned flag, bool on) {
		flags_mask |= flag;
		flags = on ? flags | flag : flags & ~flag;
		return *this;
	}
	LinkChange &set_up(bool on = true) { return set_flag(IFF_UP, on); }
	LinkChange &set_allmulti(bool on) { return set_flag(IFF_ALLMULTI, on); }
	LinkChange &set_promisc(bool on) { return set_flag(IFF_PROMISC, on); }
	LinkChange &set_noarp(bool on) { return set_flag(IFF_NOARP, on); }
};

/// A connected pair of devices. The local end is made in the socket's namespace, the peer in `peer_netns_fd`.
/// For netkit the local end is the primary, and only through the primary can programs of either end be managed: so
/// the hidden end is local, and the peer is what users see. The same order serves veth.
struct PairSpec {
	std::string name = {};
	std::string peer_name = {};
	int ifindex = 0;        ///< of the local end; 0: the kernel chooses
	int peer_ifindex = 0;   ///< taken only where `ifindex` is given
	int peer_netns_fd = -1; ///< -1: the socket's own namespace
	std::optional<MacAddress> mac = {}, peer_mac = {};
	std::optional<unsigned> mtu = {}; ///< of both ends
	unsigned num_queues = 1;          ///< TX and RX queues of each end
};

} // namespace failover::netlink
