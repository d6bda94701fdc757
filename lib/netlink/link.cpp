// SPDX-License-Identifier: GPL-2.0-only
#include "netlink/link.hpp"

#include "netlink/attribute_reader.hpp"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <arpa/inet.h>
#include <cstring>
#include <net/if.h>
#include <sys/socket.h>

namespace failover::netlink {

namespace {

Status read_link_info(const AttributeReader &attributes, Link &link) {
	AttributeReader info = attributes.nested(IFLA_LINKINFO);
	info.read(IFLA_INFO_KIND, link.kind);
	if (link.kind == "vlan") {
		AttributeReader data = info.nested(IFLA_INFO_DATA);
		data.read(IFLA_VLAN_ID, link.vlan_id);
		std::uint16_t protocol = 0; // network order
		data.read(IFLA_VLAN_PROTOCOL, protocol);
		link.vlan_protocol = ntohs(protocol);
		if (auto ok = data.status(); !ok)
			return ok;
	}
	return info.status();
}

Status read_altnames(const AttributeReader &attributes, Link &link) {
	const AttributeReader list = attributes.nested(IFLA_PROP_LIST);
	for (const auto &[type, payload] : list.all()) {
		if (type != IFLA_ALT_IFNAME)
			continue;
		const auto *text = reinterpret_cast<const char *>(payload.data());
		link.altnames.emplace_back(text, ::strnlen(text, payload.size()));
	}
	return list.status();
}

Status read_inet6(const AttributeReader &attributes, Link &link) {
	const AttributeReader families = attributes.nested(IFLA_AF_SPEC);
	if (auto ok = families.status(); !ok)
		return ok;
	AttributeReader inet6 = families.nested(AF_INET6);
	inet6.read(IFLA_INET6_ADDR_GEN_MODE, link.addr_gen_mode);
	return inet6.status();
}

void read_limits(AttributeReader &attributes, Link &link) {
	attributes.read(IFLA_MTU, link.mtu);
	attributes.read(IFLA_MIN_MTU, link.min_mtu);
	attributes.read(IFLA_MAX_MTU, link.max_mtu);
	attributes.read(IFLA_TXQLEN, link.txqlen);
	attributes.read(IFLA_GSO_MAX_SIZE, link.gso_max_size);
	attributes.read(IFLA_GSO_MAX_SEGS, link.gso_max_segs);
	attributes.read(IFLA_TSO_MAX_SIZE, link.tso_max_size);
	attributes.read(IFLA_NUM_TX_QUEUES, link.num_tx_queues);
	attributes.read(IFLA_NUM_RX_QUEUES, link.num_rx_queues);
}

void read_identity(AttributeReader &attributes, Link &link) {
	attributes.read(IFLA_IFNAME, link.name);
	std::optional<MacAddress> mac;
	attributes.read(IFLA_ADDRESS, mac);
	link.mac = mac.value_or(MacAddress{});
	attributes.read(IFLA_PERM_ADDRESS, link.perm_mac);
	attributes.read(IFLA_MASTER, link.master);
	attributes.read(IFLA_LINK, link.lower);
	attributes.read(IFLA_LINK_NETNSID, link.link_netnsid);
	attributes.read(IFLA_PARENT_DEV_BUS_NAME, link.parent_bus);
	attributes.read(IFLA_PARENT_DEV_NAME, link.parent_name);
	attributes.read(IFLA_PHYS_PORT_NAME, link.phys_port_name);
	attributes.read(IFLA_IFALIAS, link.alias);
	attributes.read(IFLA_GROUP, link.group);
}

} // namespace

bool describes_device(const nlmsghdr *message) {
	ifinfomsg info{};
	if (message->nlmsg_len < NLMSG_HDRLEN + sizeof(info))
		return false;
	std::memcpy(&info, NLMSG_DATA(message), sizeof(info));
	return info.ifi_family == AF_UNSPEC;
}

bool Link::carries() const {
	return flags & IFF_UP && carrier;
}

Result<Link> parse_link(const nlmsghdr *message) {
	ifinfomsg info{};
	if (auto ok = check_message(message, {RTM_NEWLINK, RTM_DELLINK}, sizeof(info), "link"); !ok)
		return tl::unexpected(std::move(ok.error()));
	std::memcpy(&info, NLMSG_DATA(message), sizeof(info));

	AttributeReader attributes(message, sizeof(info), "link message");
	if (auto ok = attributes.status(); !ok)
		return tl::unexpected(std::move(ok.error()));

	Link link;
	link.ifindex = info.ifi_index;
	link.arphrd = info.ifi_type;
	link.flags = info.ifi_flags;
	read_identity(attributes, link);
	read_limits(attributes, link);
	std::uint8_t carrier = 0;
	attributes.read(IFLA_CARRIER, carrier);
	link.carrier = carrier != 0;
	attributes.read(IFLA_OPERSTATE, link.operstate);
	attributes.read(IFLA_QDISC, link.qdisc);
	attributes.read(IFLA_PROMISCUITY, link.promiscuity);
	attributes.read(IFLA_ALLMULTI, link.allmulti);
	attributes.read(IFLA_EVENT, link.event);

	for (const Status &ok : {attributes.status(), read_link_info(attributes, link), read_altnames(attributes, link),
				 read_inet6(attributes, link)})
		if (!ok)
			return tl::unexpected(ok.error());
	return link;
}

} // namespace failover::netlink
