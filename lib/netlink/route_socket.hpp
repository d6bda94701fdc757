// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/result.hpp"
#include "netlink/address.hpp"
#include "netlink/channel.hpp"
#include "netlink/link.hpp"
#include "netlink/link_change.hpp"
#include "netlink/neighbour.hpp"
#include "netlink/route.hpp"

#include <optional>
#include <string>
#include <vector>

namespace failover::netlink {

/// rtnetlink requests, one at a time, each waiting for the kernel's answer. Errors carry the kernel's own words.
class RouteSocket {
public:
	/// Opens in the calling thread's network namespace; the socket stays in it whatever the thread does later.
	[[nodiscard]] static Result<RouteSocket> open();

	// What is there.
	[[nodiscard]] Result<std::vector<Link>> links();
	/// Nothing when there is no such link.
	[[nodiscard]] Result<std::optional<Link>> link(int ifindex);
	/// Also finds alternative names.
	[[nodiscard]] Result<std::optional<Link>> link(const std::string &name);
	/// All addresses, or those of one interface.
	[[nodiscard]] Result<std::vector<Address>> addresses(int ifindex = 0);
	/// IPv4 and IPv6 routes of all tables, without cached clones.
	[[nodiscard]] Result<std::vector<Route>> routes();
	/// IPv4 and IPv6 neighbours, proxy entries included, of one interface or all.
	[[nodiscard]] Result<std::vector<Neighbour>> neighbours(int ifindex = 0);
	/// The forwarding database of one interface (bridge fdb show dev X).
	[[nodiscard]] Result<std::vector<Neighbour>> fdb(int ifindex);

	// Links.
	[[nodiscard]] Status set_link(int ifindex, const LinkChange &change);
	/// Moves a link to another namespace. The move keeps the name unless `new_name` is given (renaming is a second
	/// event there, so a caller who minds gives the final name before), and the index where it is free unless
	/// `new_ifindex` is given, which then must be free. The link arrives down.
	[[nodiscard]] Status move_link(int ifindex, int target_netns_fd,
				       const std::optional<std::string> &new_name = std::nullopt,
				       std::optional<int> new_ifindex = std::nullopt,
				       const std::optional<std::string> &new_alias = std::nullopt);
	[[nodiscard]] Status add_veth(const PairSpec &spec);
	/// L2 mode, forwarding without programs; since Linux 6.7.
	[[nodiscard]] Status add_netkit(const PairSpec &spec);
	/// 802.1Q VLAN `vid` on top of `lower`.
	[[nodiscard]] Status add_vlan(int lower, std::uint16_t vid, const std::string &name);
	[[nodiscard]] Status delete_link(int ifindex);
	[[nodiscard]] Status add_altname(int ifindex, const std::string &altname);
	[[nodiscard]] Status delete_altname(int ifindex, const std::string &altname);

	// Addresses, routes, neighbours.
	/// NLM_F_CREATE|NLM_F_REPLACE: lifetimes and flags of an address that is there are updated.
	[[nodiscard]] Status add_address(const Address &address);
	[[nodiscard]] Status delete_address(const Address &address);
	/// Installs the route with interface `from` replaced by `to` (equal: as it is). An identical one there
	/// already gives EEXIST.
	[[nodiscard]] Status add_route(const Route &route, int from, int to);
	[[nodiscard]] Status delete_route(const Route &route);
	[[nodiscard]] Status add_neighbour(const Neighbour &neighbour);
	[[nodiscard]] Status delete_neighbour(const Neighbour &neighbour);
	/// Has the kernel ask a neighbour that it knows (NUD_VALID) by unicast, three times at most, and say how that
	/// came out by RTNLGRP_NEIGH: NUD_REACHABLE or NUD_FAILED. ENOENT: there is no such entry.
	[[nodiscard]] Status probe_neighbour(const Neighbour &neighbour);
	/// As if something were sent there: one that has failed, or is not known any more, is looked for by broadcast.
	[[nodiscard]] Status use_neighbour(const Neighbour &neighbour);
	/// By which this link reaches the world; empty: by none. One lookup, however many routes there are.
	[[nodiscard]] Bytes gateway(int family, int ifindex);

	// A NIC's own MAC filter (bridge fdb add MAC dev X self).
	[[nodiscard]] Status add_fdb_self(int ifindex, const MacAddress &mac);
	[[nodiscard]] Status delete_fdb_self(int ifindex, const MacAddress &mac);

private:
	explicit RouteSocket(Channel channel) : channel_(std::move(channel)) {}
	Channel channel_;
};

/// The messages that make a pair; separate so that their layout can be checked where the kernel has no netkit.
[[nodiscard]] Request veth_request(const PairSpec &spec);
[[nodiscard]] Request netkit_request(const PairSpec &spec);

} // namespace failover::netlink
