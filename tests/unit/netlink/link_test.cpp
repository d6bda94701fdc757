// SPDX-License-Identifier: GPL-2.0-only
#include "netlink/link.hpp"

#include "lab.hpp"

#include <arpa/inet.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>

using namespace failover;
using namespace failover::netlink;
using namespace failover::test;

namespace {

const MacAddress kMac{{0x52, 0x54, 0, 1, 2, 3}};
const MacAddress kBurntIn{{0x52, 0x54, 0, 9, 9, 9}};

Request vlan_message() {
	Request request(RTM_NEWLINK, 0);
	ifinfomsg info{};
	info.ifi_index = 7;
	info.ifi_type = ARPHRD_ETHER;
	info.ifi_flags = IFF_UP | IFF_ALLMULTI;
	request.header(info);
	request.put(IFLA_IFNAME, std::string_view("eth0.5")).put(IFLA_ADDRESS, kMac.bytes());
	request.put(IFLA_PERM_ADDRESS, kBurntIn.bytes());
	request.put_u32(IFLA_MTU, 1496).put_u32(IFLA_MIN_MTU, 68).put_u32(IFLA_MAX_MTU, 65535);
	request.put_u32(IFLA_MASTER, 3).put_u32(IFLA_LINK, 2).put_u32(IFLA_LINK_NETNSID, 0);
	request.put_u8(IFLA_CARRIER, 1).put_u8(IFLA_OPERSTATE, 6).put(IFLA_QDISC, std::string_view("noqueue"));
	request.put_u32(IFLA_PROMISCUITY, 2)
	    .put_u32(IFLA_ALLMULTI, 4)
	    .put_u32(IFLA_TXQLEN, 1000)
	    .put_u32(IFLA_GROUP, 8);
	request.put_u32(IFLA_GSO_MAX_SIZE, 65536).put_u32(IFLA_GSO_MAX_SEGS, 65535).put_u32(IFLA_TSO_MAX_SIZE, 524280);
	request.put_u32(IFLA_NUM_TX_QUEUES, 4).put_u32(IFLA_NUM_RX_QUEUES, 5);
	request.put(IFLA_IFALIAS, std::string_view("uplink"));
	request.put(IFLA_PARENT_DEV_BUS_NAME, std::string_view("pci"));
	request.put(IFLA_PARENT_DEV_NAME, std::string_view("0000:01:00.0"));
	request.nest(IFLA_PROP_LIST, [](Request &list) {
		list.put(IFLA_ALT_IFNAME, std::string_view("enp1s0")).put(IFLA_ALT_IFNAME, std::string_view("ens3"));
	});
	request.nest(IFLA_LINKINFO, [](Request &link_info) {
		link_info.put(IFLA_INFO_KIND, std::string_view("vlan"));
		link_info.nest(IFLA_INFO_DATA, [](Request &data) {
			data.put_u16(IFLA_VLAN_ID, 5).put_u16(IFLA_VLAN_PROTOCOL, htons(0x8100));
		});
	});
	request.nest(IFLA_AF_SPEC, [](Request &families) {
		families.nest(AF_INET6, [](Request &inet6) { inet6.put_u8(IFLA_INET6_ADDR_GEN_MODE, 1); });
	});
	return request;
}

} // namespace

TEST_CASE("Every field of a link message is read") {
	Request request = vlan_message();
	const Link link = must(parse_link(request.message()));

	Link expected;
	expected.ifindex = 7;
	expected.name = "eth0.5";
	expected.mac = kMac;
	expected.perm_mac = kBurntIn;
	expected.arphrd = ARPHRD_ETHER;
	expected.flags = IFF_UP | IFF_ALLMULTI;
	expected.carrier = true;
	expected.operstate = 6;
	expected.mtu = 1496;
	expected.min_mtu = 68;
	expected.max_mtu = 65535;
	expected.txqlen = 1000;
	expected.group = 8;
	expected.qdisc = "noqueue";
	expected.master = 3;
	expected.lower = 2;
	expected.link_netnsid = 0;
	expected.kind = "vlan";
	expected.parent_bus = "pci";
	expected.parent_name = "0000:01:00.0";
	expected.promiscuity = 2;
	expected.allmulti = 4;
	expected.alias = "uplink";
	expected.altnames = {"enp1s0", "ens3"};
	expected.vlan_id = 5;
	expected.vlan_protocol = 0x8100;
	expected.gso_max_size = 65536;
	expected.gso_max_segs = 65535;
	expected.tso_max_size = 524280;
	expected.num_tx_queues = 4;
	expected.num_rx_queues = 5;
	expected.addr_gen_mode = 1;
	CHECK(link == expected);
}

TEST_CASE("A link carries when it is up and has carrier, which it keeps while it is closed") {
	Link link;
	link.flags = IFF_UP;
	link.carrier = true;
	CHECK(link.carries());
	link.flags = 0;
	CHECK_FALSE(link.carries());
	link.flags = IFF_UP;
	link.carrier = false;
	CHECK_FALSE(link.carries());
}

TEST_CASE("A link message cut at any byte is either whole fields or an error") {
	Request request = vlan_message();
	const auto whole = bytes_of(request);
	std::size_t refused = 0;
	for (std::size_t size = sizeof(nlmsghdr); size < whole.size(); ++size) {
		std::vector<std::uint8_t> bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
		const auto link = parse_link(as_message(bytes));
		if (!link)
			++refused;
		else // the cut fell between two attributes: nothing is half read
			CHECK((link->name.empty() || link->name == "eth0.5"));
	}
	CHECK(refused > whole.size() / 2);
}

TEST_CASE("Messages that are no link messages are refused by name") {
	Request request(RTM_NEWADDR, 0);
	request.header(ifinfomsg{});
	const auto link = parse_link(request.message());
	REQUIRE_FALSE(link.has_value());
	CHECK_THAT(link.error().message, Catch::Contains("type 20 is no link message"));
}

TEST_CASE("A nest with rubbish inside spoils the message, and the error says which nest") {
	for (const int nest : {IFLA_LINKINFO, IFLA_PROP_LIST, IFLA_AF_SPEC}) {
		INFO("nest " << nest);
		Request request(RTM_NEWLINK, 0);
		request.header(ifinfomsg{}).put(nest, ByteSpan(Bytes{9, 0, 1, 0}));
		const auto link = parse_link(request.message());
		REQUIRE_FALSE(link.has_value());
		CHECK_THAT(link.error().message, Catch::Contains(fmt::format("link message attribute {}", nest)));
	}
}

TEST_CASE("A bridge's message about its port says nothing about the device") {
	ifinfomsg info{};
	Request device(RTM_DELLINK, 0);
	device.header(info);
	info.ifi_family = AF_BRIDGE;
	Request port(RTM_DELLINK, 0);
	port.header(info);
	CHECK(describes_device(device.message()));
	CHECK_FALSE(describes_device(port.message()));
}
