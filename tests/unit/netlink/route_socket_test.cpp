// SPDX-License-Identifier: GPL-2.0-only
#include "netlink/route_socket.hpp"

#include "lab.hpp"
#include "netlink/kernel_abi.hpp"
#include "netlink/link_monitor.hpp"

#include <algorithm>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

using namespace failover;
using namespace failover::netlink;
using namespace failover::test;

namespace {

const MacAddress kMac{{0x52, 0x54, 0, 1, 2, 3}};
const MacAddress kPeerMac{{0x52, 0x54, 0, 1, 2, 4}};

/// A namespace with a veth pair ve0 - ve1, both up, and a socket in it.
struct PairLab : Lab {
	PairLab() : socket(must(RouteSocket::open())) {
		run("ip link add ve0 type veth peer name ve1; ip link set ve0 up; ip link set ve1 up; ip link set lo "
		    "up");
		ifindex = link_named(socket, "ve0").ifindex;
	}
	RouteSocket socket;
	int ifindex = 0;
};

Address ipv4(int ifindex, const char *text, std::uint8_t prefix_len) {
	Address address;
	address.ifindex = ifindex;
	address.family = AF_INET;
	address.local = ip_from_string(text);
	address.prefix_len = prefix_len;
	return address;
}

} // namespace

TEST_CASE("All links of the namespace are listed, and only those") {
	PairLab lab;
	std::vector<std::string> names;
	for (const Link &link : must(lab.socket.links()))
		names.push_back(link.name);
	std::ranges::sort(names);
	CHECK(names == std::vector<std::string>{"lo", "ve0", "ve1"});
}

TEST_CASE("A link is found by index, name and alternative name; a missing one is no error") {
	PairLab lab;
	const std::string altname = "a-name-longer-than-fifteen-characters";
	must(lab.socket.add_altname(lab.ifindex, altname));
	must(lab.socket.add_altname(lab.ifindex, "short"));
	CHECK(must(lab.socket.link(lab.ifindex))->name == "ve0");
	CHECK(must(lab.socket.link("ve0"))->ifindex == lab.ifindex);
	CHECK(must(lab.socket.link(altname))->ifindex == lab.ifindex);
	CHECK(must(lab.socket.link("short"))->ifindex == lab.ifindex);
	CHECK(must(lab.socket.link(lab.ifindex))->altnames == std::vector<std::string>{altname, "short"});
	CHECK_FALSE(must(lab.socket.link(9999)).has_value());
	CHECK_FALSE(must(lab.socket.link(0)).has_value());
	CHECK_FALSE(must(lab.socket.link("nosuch")).has_value());
	must(lab.socket.delete_altname(lab.ifindex, altname));
	CHECK_FALSE(must(lab.socket.link(altname)).has_value());
}

TEST_CASE("One request changes everything that it names and nothing else") {
	PairLab lab;
	const Link before = must(lab.socket.link(lab.ifindex)).value();
	LinkChange change;
	change.name = "front";
	change.mac = kMac;
	change.mtu = 1400;
	change.alias = "what users see";
	change.txqlen = 77;
	change.group = 5;
	change.gso_max_size = 30000;
	change.gso_max_segs = 20;
	change.addr_gen_mode = IN6_ADDR_GEN_MODE_NONE;
	change.set_up(false).set_allmulti(true).set_promisc(true).set_noarp(true);
	must(lab.socket.set_link(lab.ifindex, change));

	Link link = must(lab.socket.link(lab.ifindex)).value();
	CHECK(link.name == "front");
	CHECK(link.mac == kMac);
	CHECK(link.mtu == 1400);
	CHECK(link.alias == "what users see");
	CHECK(link.txqlen == 77);
	CHECK(link.group == 5);
	CHECK(link.gso_max_size == 30000);
	CHECK(link.gso_max_segs == 20);
	CHECK(link.addr_gen_mode == IN6_ADDR_GEN_MODE_NONE);
	CHECK((link.flags & (IFF_UP | IFF_ALLMULTI | IFF_PROMISC | IFF_NOARP)) ==
	      (IFF_ALLMULTI | IFF_PROMISC | IFF_NOARP));
	CHECK(link.promiscuity == 1);

	must(lab.socket.set_link(lab.ifindex, LinkChange{.alias = ""}.set_up().set_promisc(false)));
	link = must(lab.socket.link(lab.ifindex)).value();
	CHECK(link.alias.empty());
	CHECK((link.flags & (IFF_UP | IFF_ALLMULTI | IFF_PROMISC | IFF_NOARP)) == (IFF_UP | IFF_ALLMULTI | IFF_NOARP));
	CHECK(link.mtu == 1400);
	CHECK(link.kind == before.kind);
}

TEST_CASE("A refusal carries errno, what was asked, and the kernel's own words") {
	PairLab lab;
	const auto status = lab.socket.set_link(lab.ifindex, LinkChange{.mtu = 70000});
	REQUIRE_FALSE(status.has_value());
	CHECK(status.error().code == EINVAL);
	CHECK_THAT(status.error().message, Catch::StartsWith(fmt::format("changing link {}: ", lab.ifindex)));
	CHECK_THAT(status.error().message, Catch::Contains("mtu greater than device maximum"));
	CHECK(must(lab.socket.link(lab.ifindex))->mtu == 1500); // and the socket goes on working
}

TEST_CASE("A link joins a master and is released") {
	PairLab lab;
	run("ip link add br0 type bridge");
	const int bridge = link_named(lab.socket, "br0").ifindex;
	must(lab.socket.set_link(lab.ifindex, LinkChange{.master = bridge}));
	CHECK(must(lab.socket.link(lab.ifindex))->master == bridge);
	must(lab.socket.set_link(lab.ifindex, LinkChange{.master = 0}));
	CHECK(must(lab.socket.link(lab.ifindex))->master == 0);
}

TEST_CASE("A moved link keeps name and index, or takes those that are asked for") {
	PairLab lab;
	must(lab.socket.move_link(lab.ifindex, lab.hidden()));
	CHECK_FALSE(must(lab.socket.link(lab.ifindex)).has_value());
	const auto scope = must(NetnsScope::enter(lab.hidden()));
	RouteSocket hidden = must(RouteSocket::open());
	CHECK(link_named(hidden, "ve0").ifindex == lab.ifindex);

	must(hidden.move_link(lab.ifindex, lab.visible(), "users0", 4711));
	const Link back = link_named(lab.socket, "users0");
	CHECK(back.ifindex == 4711);
	CHECK((back.flags & IFF_UP) == 0);
}

TEST_CASE("An index that is taken refuses the move and leaves the link where it was") {
	PairLab lab;
	{
		const auto scope = must(NetnsScope::enter(lab.hidden()));
		run(fmt::format("ip link add taken index {} type veth peer name other", lab.ifindex));
	}
	const auto status = lab.socket.move_link(lab.ifindex, lab.hidden(), std::nullopt, lab.ifindex);
	REQUIRE_FALSE(status.has_value());
	CHECK_THAT(status.error().message, Catch::Contains("moving link"));
	CHECK(must(lab.socket.link(lab.ifindex)).has_value());
}

TEST_CASE("A veth pair is made across two namespaces with MACs, MTU and queues") {
	const Lab lab;
	PairSpec spec;
	spec.name = "inner";
	spec.peer_name = "outer";
	spec.mac = kMac;
	spec.peer_mac = kPeerMac;
	spec.mtu = 9000;
	spec.num_queues = 4;
	spec.peer_netns_fd = lab.visible();
	const auto scope = must(NetnsScope::enter(lab.hidden()));
	RouteSocket hidden = must(RouteSocket::open());
	must(hidden.add_veth(spec));
	const Link inner = link_named(hidden, "inner");
	const auto back = must(NetnsScope::enter(lab.visible()));
	RouteSocket visible = must(RouteSocket::open());
	const Link outer = link_named(visible, "outer");

	CHECK(inner.kind == "veth");
	CHECK(inner.mac == kMac);
	CHECK(outer.mac == kPeerMac);
	CHECK(inner.mtu == 9000);
	CHECK(outer.mtu == 9000);
	CHECK(inner.num_tx_queues == 4);
	CHECK(outer.num_rx_queues == 4);
	CHECK(inner.lower == outer.ifindex);
	CHECK(inner.link_netnsid.has_value());

	must(visible.delete_link(outer.ifindex));
	CHECK_FALSE(must(hidden.link("inner")).has_value());
}

TEST_CASE("The far end of a pair comes into being with the ifindex that is asked for, or not at all") {
	const Lab lab;
	PairSpec spec;
	spec.name = "inner";
	spec.peer_name = "eth0";
	spec.ifindex = 70000;
	spec.peer_ifindex = 4321;
	spec.peer_netns_fd = lab.visible();
	const auto scope = must(NetnsScope::enter(lab.hidden()));
	RouteSocket hidden = must(RouteSocket::open());
	must(hidden.add_veth(spec));
	CHECK(link_named(hidden, "inner").ifindex == 70000);
	const auto back = must(NetnsScope::enter(lab.visible()));
	RouteSocket visible = must(RouteSocket::open());
	CHECK(link_named(visible, "eth0").ifindex == 4321);

	spec.name = "second";
	spec.peer_name = "eth1";
	spec.ifindex = 70001;
	const auto refused = hidden.add_veth(spec);
	REQUIRE_FALSE(refused);
	CHECK(refused.error().code == EBUSY);
	CHECK_FALSE(must(hidden.link("second")).has_value());
}

TEST_CASE("A netkit pair is asked for in L2 mode with the local end as primary, and made or refused as a whole") {
	PairSpec spec;
	spec.name = "inner";
	spec.peer_name = "outer";
	spec.peer_netns_fd = 42;
	Request request = netkit_request(spec);
	const Link local = must(parse_link(request.message()));
	CHECK(local.name == "inner");
	CHECK(local.kind == "netkit");
	AttributeReader data =
	    AttributeReader(request.message(), sizeof(ifinfomsg), "link").nested(IFLA_LINKINFO).nested(IFLA_INFO_DATA);
	std::uint32_t mode = 99;
	data.read(kIflaNetkitMode, mode);
	CHECK(mode == kNetkitL2);
	AttributeReader peer(data.payload(kIflaNetkitPeerInfo).subspan(sizeof(ifinfomsg)), "peer");
	std::string peer_name;
	std::uint32_t peer_netns = 0;
	peer.read(IFLA_IFNAME, peer_name);
	peer.read(IFLA_NET_NS_FD, peer_netns);
	CHECK(peer.status().has_value());
	CHECK(peer_name == "outer");
	CHECK(peer_netns == 42);

	const Lab lab;
	RouteSocket socket = must(RouteSocket::open());
	spec.peer_netns_fd = lab.hidden();
	const auto made = socket.add_netkit(spec);
	if (!made) // a kernel without netkit
		CHECK(made.error().code == EOPNOTSUPP);
	CHECK(must(socket.link("inner")).has_value() == made.has_value());
}

TEST_CASE("A VLAN is asked for by number, and made or refused as a whole") {
	PairLab lab;
	const auto made = lab.socket.add_vlan(lab.ifindex, 5, "ve0.5");
	const auto vlan = must(lab.socket.link("ve0.5"));
	if (!made) { // a kernel without 802.1Q
		CHECK(made.error().code == EOPNOTSUPP);
		CHECK_FALSE(vlan.has_value());
		return;
	}
	REQUIRE(vlan.has_value());
	CHECK(vlan->kind == "vlan");
	CHECK(vlan->vlan_id == 5);
	CHECK(vlan->vlan_protocol == 0x8100);
	CHECK(vlan->lower == lab.ifindex);
}

TEST_CASE("Deleting without an index deletes nothing") {
	PairLab lab;
	CHECK_FALSE(lab.socket.delete_link(0).has_value());
	CHECK(must(lab.socket.links()).size() == 3);
}

TEST_CASE("Addresses are added with all they have, listed, and removed") {
	PairLab lab;
	Address address = ipv4(lab.ifindex, "10.0.0.1", 24);
	address.broadcast = ip_from_string("10.0.0.255");
	address.label = "ve0:1";
	address.flags = IFA_F_NOPREFIXROUTE;
	address.rt_priority = 50;
	address.valid_lifetime = 600;
	address.preferred_lifetime = 300;
	must(lab.socket.add_address(address));
	auto found = must(lab.socket.addresses(lab.ifindex));
	std::erase_if(found, [](const Address &other) { return other.family != AF_INET; });
	REQUIRE(found.size() == 1);
	CHECK(found[0].local == address.local);
	CHECK(found[0].label == "ve0:1");
	CHECK(found[0].broadcast == address.broadcast);
	CHECK((found[0].flags & IFA_F_NOPREFIXROUTE) != 0);
	CHECK(found[0].rt_priority == 50);
	CHECK(found[0].valid_lifetime <= 600);
	CHECK(found[0].preferred_lifetime <= 300);
	must(lab.socket.delete_address(address));
	CHECK_FALSE(succeeds("ip -4 addr show dev ve0 | grep 10.0.0.1"));
}

TEST_CASE("A route is installed on another interface by rewriting the one that was read") {
	PairLab lab;
	run("ip addr add 10.0.0.1/24 dev ve0; ip addr add 10.0.0.2/24 dev ve1");
	run("ip route add 192.0.2.0/24 via 10.0.0.9 dev ve0 metric 7 mtu 1300 table 99");
	const auto routes = must(lab.socket.routes());
	const auto route = std::ranges::find(routes, 99U, &Route::table);
	REQUIRE(route != routes.end());
	const int other = link_named(lab.socket, "ve1").ifindex;
	must(lab.socket.add_route(*route, lab.ifindex, other));
	CHECK(succeeds("ip route show table 99 | grep '192.0.2.0/24 via 10.0.0.9 dev ve1 metric 7 mtu 1300'"));

	const auto again = lab.socket.add_route(*route, lab.ifindex, other);
	REQUIRE_FALSE(again.has_value());
	CHECK(again.error().code == EEXIST);

	must(lab.socket.delete_route(*route));
	CHECK_FALSE(succeeds("ip route show table 99 | grep ve0"));
	CHECK(succeeds("ip route show table 99 | grep ve1"));
}

TEST_CASE("Neighbours are added, listed with proxy entries, and removed") {
	PairLab lab;
	Neighbour neighbour;
	neighbour.ifindex = lab.ifindex;
	neighbour.family = AF_INET;
	neighbour.state = NUD_PERMANENT;
	neighbour.dst = ip_from_string("10.0.0.7");
	neighbour.lladdr = {2, 0, 0, 0, 0, 7};
	must(lab.socket.add_neighbour(neighbour));
	CHECK(succeeds("ip neigh show dev ve0 | grep '10.0.0.7 lladdr 02:00:00:00:00:07 PERMANENT'"));
	run("ip neigh add proxy 10.0.0.8 dev ve0");
	const auto all = must(lab.socket.neighbours(lab.ifindex));
	CHECK(std::ranges::count_if(all, [](const Neighbour &n) { return ip_to_string(n.dst) == "10.0.0.7"; }) == 1);
	CHECK(std::ranges::count_if(all, &Neighbour::is_proxy) == 1);
	must(lab.socket.delete_neighbour(neighbour));
	CHECK_FALSE(succeeds("ip neigh show dev ve0 nud all | grep 10.0.0.7"));
}

TEST_CASE("An entry in a NIC's own filter is added once and removed") {
	PairLab lab;
	must(lab.socket.add_fdb_self(lab.ifindex, kPeerMac));
	CHECK(succeeds("bridge fdb show dev ve0 | grep '52:54:00:01:02:04.*self.*permanent'"));
	const auto entries = must(lab.socket.fdb(lab.ifindex));
	CHECK(std::ranges::any_of(
	    entries, [](const Neighbour &entry) { return std::ranges::equal(entry.lladdr, kPeerMac.bytes()); }));
	must(lab.socket.delete_fdb_self(lab.ifindex, kPeerMac));
	CHECK_FALSE(succeeds("bridge fdb show dev ve0 | grep 52:54:00:01:02:04"));
}

TEST_CASE("A socket stays in the namespace it was opened in") {
	PairLab lab;
	const auto scope = must(NetnsScope::enter(lab.hidden()));
	CHECK(must(lab.socket.link("ve0")).has_value());
	RouteSocket here = must(RouteSocket::open());
	CHECK_FALSE(must(here.link("ve0")).has_value());
}

TEST_CASE("A neighbour is asked, stays what it was otherwise, and is told of when it is silent") {
	PairLab lab;
	MonitorGroups groups;
	groups.links = false;
	groups.neighbours = true;
	LinkMonitor monitor = must(LinkMonitor::open(groups));
	run("sysctl -qw net.ipv6.neigh.ve0.retrans_time_ms=20; ip -6 addr add fd00::1/64 dev ve0 nodad");
	run("ip neigh add fd00::9 lladdr 02:00:00:00:00:09 dev ve0 router nud stale");
	Neighbour neighbour;
	neighbour.ifindex = lab.ifindex;
	neighbour.family = AF_INET6;
	neighbour.dst = ip_from_string("fd00::9");
	must(lab.socket.probe_neighbour(neighbour));
	std::vector<Neighbour> seen;
	const auto hears = [&](std::uint16_t state) {
		return comes_true([&] {
			must(monitor.read([&](const MonitorEvent &event) {
				if (const auto *change = std::get_if<NeighbourEvent>(&event))
					seen.push_back(change->neighbour);
			}));
			return std::ranges::any_of(
			    seen, [&](const Neighbour &one) { return one.state == state && one.dst == neighbour.dst; });
		});
	};
	CHECK(hears(NUD_PROBE));
	CHECK(hears(NUD_FAILED));
	for (const auto &one : seen)
		CHECK((one.dst != neighbour.dst || (one.flags & NTF_ROUTER && one.state != NUD_DELAY)));
	seen.clear();
	must(lab.socket.use_neighbour(neighbour));
	CHECK(hears(NUD_FAILED));
}

TEST_CASE("Who is not known is not asked, but can be looked for") {
	PairLab lab;
	Neighbour neighbour;
	neighbour.ifindex = lab.ifindex;
	neighbour.family = AF_INET;
	neighbour.dst = ip_from_string("10.0.0.7");
	CHECK(lab.socket.probe_neighbour(neighbour).error().code == ENOENT);
	CHECK_FALSE(succeeds("ip neigh show dev ve0 nud all | grep 10.0.0.7"));
	run("ip addr add 10.0.0.1/24 dev ve0");
	must(lab.socket.use_neighbour(neighbour));
	CHECK(succeeds("ip neigh show dev ve0 nud all | grep '10.0.0.7.*INCOMPLETE'"));
	neighbour.ifindex = 77;
	CHECK(lab.socket.use_neighbour(neighbour).error().code == ENODEV);
}

TEST_CASE("The gateway of a link is found by what it routes, whatever other links do") {
	PairLab lab;
	run("ip addr add 10.0.0.1/24 dev ve0; ip addr add 10.0.1.1/24 dev ve1; ip route add default via 10.0.1.254");
	run("ip -6 addr add fd00::1/64 dev ve0 nodad; ip -6 route add default via fe80::1 dev ve0");
	const int other = link_named(lab.socket, "ve1").ifindex;
	CHECK(lab.socket.gateway(AF_INET, lab.ifindex).empty());
	CHECK(ip_to_string(lab.socket.gateway(AF_INET, other)) == "10.0.1.254");
	CHECK(ip_to_string(lab.socket.gateway(AF_INET6, lab.ifindex)) == "fe80::1");
	CHECK(lab.socket.gateway(AF_INET6, other).empty());
	run("ip route add default via 10.0.0.254 metric 500");
	CHECK(ip_to_string(lab.socket.gateway(AF_INET, lab.ifindex)) == "10.0.0.254");
}
