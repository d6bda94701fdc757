// SPDX-License-Identifier: GPL-2.0-only
// RouteSocket: requests that change links.
#include "netlink/kernel_abi.hpp"
#include "netlink/route_socket.hpp"

#include <linux/rtnetlink.h>
#include <linux/veth.h>

#include <sys/socket.h>

namespace failover::netlink {

namespace {

Request link_message(int type, int ifindex, int flags = 0) {
	ifinfomsg info{};
	info.ifi_index = ifindex;
	Request request(type, flags);
	request.header(info);
	return request;
}

void put_pair_end(Request &request, const std::string &name, const std::optional<MacAddress> &mac,
		  const PairSpec &spec) {
	request.put(IFLA_IFNAME, name);
	if (mac)
		request.put(IFLA_ADDRESS, mac->bytes());
	if (spec.mtu)
		request.put_u32(IFLA_MTU, *spec.mtu);
	request.put_u32(IFLA_NUM_TX_QUEUES, spec.num_queues);
	request.put_u32(IFLA_NUM_RX_QUEUES, spec.num_queues);
}

/// Both kinds describe the peer as a link message of its own inside an attribute of the kind's data.
Request pair_request(const PairSpec &spec, std::string_view kind, int peer_attribute,
		     void (*put_kind_data)(Request &)) {
	Request request = link_message(RTM_NEWLINK, spec.ifindex, NLM_F_CREATE | NLM_F_EXCL);
	put_pair_end(request, spec.name, spec.mac, spec);
	request.nest(IFLA_LINKINFO, [&](Request &info) {
		info.put(IFLA_INFO_KIND, kind);
		info.nest(IFLA_INFO_DATA, [&](Request &data) {
			put_kind_data(data);
			data.nest(peer_attribute, [&](Request &peer) {
				ifinfomsg info{};
				info.ifi_index = spec.peer_ifindex;
				peer.header(info);
				put_pair_end(peer, spec.peer_name, spec.peer_mac, spec);
				if (spec.peer_netns_fd >= 0)
					peer.put_u32(IFLA_NET_NS_FD, static_cast<std::uint32_t>(spec.peer_netns_fd));
			});
		});
	});
	return request;
}

void put_names(Request &request, const LinkChange &change) {
	if (change.name)
		request.put(IFLA_IFNAME, *change.name);
	if (change.alias) // an empty attribute removes it, a lone NUL would not
		request.put(IFLA_IFALIAS, ByteSpan(reinterpret_cast<const std::uint8_t *>(change.alias->data()),
						   change.alias->size()));
}

void put_numbers(Request &request, const LinkChange &change) {
	const std::pair<int, const std::optional<unsigned> &> numbers[] = {
	    {IFLA_MTU, change.mtu},
	    {IFLA_TXQLEN, change.txqlen},
	    {IFLA_GROUP, change.group},
	    {IFLA_GSO_MAX_SIZE, change.gso_max_size},
	    {IFLA_GSO_MAX_SEGS, change.gso_max_segs},
	};
	for (const auto &[type, value] : numbers)
		if (value)
			request.put_u32(type, *value);
}

} // namespace

Request veth_request(const PairSpec &spec) {
	return pair_request(spec, "veth", VETH_INFO_PEER, [](Request &) {});
}

Request netkit_request(const PairSpec &spec) {
	return pair_request(spec, "netkit", kIflaNetkitPeerInfo,
			    [](Request &data) { data.put_u32(kIflaNetkitMode, kNetkitL2); });
}

Status RouteSocket::set_link(int ifindex, const LinkChange &change) {
	ifinfomsg info{};
	info.ifi_index = ifindex;
	info.ifi_flags = change.flags & change.flags_mask;
	info.ifi_change = change.flags_mask;
	Request request(RTM_SETLINK, 0);
	request.header(info);
	put_names(request, change);
	put_numbers(request, change);
	if (change.mac)
		request.put(IFLA_ADDRESS, change.mac->bytes());
	if (change.master)
		request.put_u32(IFLA_MASTER, static_cast<std::uint32_t>(*change.master));
	if (change.addr_gen_mode)
		request.nest(IFLA_AF_SPEC, [&change](Request &families) {
			families.nest(AF_INET6, [&change](Request &inet6) {
				inet6.put_u8(IFLA_INET6_ADDR_GEN_MODE, *change.addr_gen_mode);
			});
		});
	return channel_.transact(request, fmt::format("changing link {}", ifindex));
}

Status RouteSocket::move_link(int ifindex, int target_netns_fd, const std::optional<std::string> &new_name,
			      std::optional<int> new_ifindex, const std::optional<std::string> &new_alias) {
	Request request = link_message(RTM_SETLINK, ifindex);
	request.put_u32(IFLA_NET_NS_FD, static_cast<std::uint32_t>(target_netns_fd));
	if (new_name)
		request.put(IFLA_IFNAME, *new_name);
	if (new_ifindex)
		request.put_value(IFLA_NEW_IFINDEX, *new_ifindex);
	put_names(request, {.alias = new_alias});
	return channel_.transact(request, fmt::format("moving link {} to another namespace", ifindex));
}

Status RouteSocket::add_veth(const PairSpec &spec) {
	Request request = veth_request(spec);
	return channel_.transact(request, fmt::format("adding veth pair {}, {}", spec.name, spec.peer_name));
}

Status RouteSocket::add_netkit(const PairSpec &spec) {
	Request request = netkit_request(spec);
	return channel_.transact(request, fmt::format("adding netkit pair {}, {}", spec.name, spec.peer_name));
}

Status RouteSocket::add_vlan(int lower, std::uint16_t vid, const std::string &name) {
	Request request = link_message(RTM_NEWLINK, 0, NLM_F_CREATE | NLM_F_EXCL);
	request.put(IFLA_IFNAME, name);
	request.put_u32(IFLA_LINK, static_cast<std::uint32_t>(lower));
	request.nest(IFLA_LINKINFO, [vid](Request &info) {
		info.put(IFLA_INFO_KIND, std::string_view("vlan"));
		info.nest(IFLA_INFO_DATA, [vid](Request &data) { data.put_u16(IFLA_VLAN_ID, vid); });
	});
	return channel_.transact(request, fmt::format("adding VLAN {} as {} on link {}", vid, name, lower));
}

Status RouteSocket::delete_link(int ifindex) {
	Request request = link_message(RTM_DELLINK, ifindex);
	return channel_.transact(request, fmt::format("deleting link {}", ifindex));
}

Status RouteSocket::add_altname(int ifindex, const std::string &altname) {
	Request request = link_message(RTM_NEWLINKPROP, ifindex, NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND);
	request.nest(IFLA_PROP_LIST, [&altname](Request &list) { list.put(IFLA_ALT_IFNAME, altname); });
	return channel_.transact(request, fmt::format("adding alternative name {} to link {}", altname, ifindex));
}

Status RouteSocket::delete_altname(int ifindex, const std::string &altname) {
	Request request = link_message(RTM_DELLINKPROP, ifindex);
	request.nest(IFLA_PROP_LIST, [&altname](Request &list) { list.put(IFLA_ALT_IFNAME, altname); });
	return channel_.transact(request, fmt::format("removing alternative name {} of link {}", altname, ifindex));
}

} // namespace failover::netlink
