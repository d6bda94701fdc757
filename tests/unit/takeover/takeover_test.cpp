// SPDX-License-Identifier: GPL-2.0-only
#include "takeover/apply.hpp"

#include "../netlink/lab.hpp"

#include <algorithm>
#include <cstddef>
#include <fmt/ranges.h>
#include <fstream>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <netinet/icmp6.h>
#include <sys/socket.h>

using namespace failover;
using namespace failover::netlink;
using namespace failover::takeover;
using namespace failover::test;

namespace {

// A live interface X with a neighbour beyond it:
//
//      visible ns                 hidden ns
//      eth0 (X)  ---- veth ----   far0  10.0.0.254, 2001:db8::fe
//
// takeover: eth0 goes to the hidden namespace, the visible end of a new pair gets its name and index.
struct LiveLab : Lab {
	LiveLab() : socket(must(RouteSocket::open())) {
		PairSpec spec;
		spec.name = "eth0";
		spec.peer_name = "far0";
		spec.peer_netns_fd = hidden();
		must(socket.add_veth(spec));
		run("ip link set lo up; ip link set eth0 up");
		in_hidden("ip link set far0 up; ip addr add 10.0.0.254/24 dev far0");
		in_hidden("ip addr add 2001:db8::fe/64 dev far0 nodad");
		ifindex = link_named(socket, "eth0").ifindex;
		REQUIRE(comes_true([this] { return must(socket.link(ifindex))->carrier; }));
	}
	void in_hidden(const std::string &command) const {
		const auto scope = must(NetnsScope::enter(hidden()));
		run(command);
	}
	/// What the daemon does between capture and apply.
	void shuffle() {
		const auto mac = must(socket.link(ifindex))->mac;
		must(socket.move_link(ifindex, hidden(), "slave0"));
		PairSpec spec;
		spec.name = "inner";
		spec.peer_name = "outer";
		spec.peer_mac = mac;
		const auto scope = must(NetnsScope::enter(hidden()));
		RouteSocket there = must(RouteSocket::open());
		must(there.add_veth(spec));
		must(there.set_link(link_named(there, "inner").ifindex, LinkChange().set_up()));
		const int outer = link_named(there, "outer").ifindex;
		must(there.set_link(outer, LinkChange{.name = "eth0"}));
		must(there.move_link(outer, visible(), std::nullopt, ifindex));
	}

	RouteSocket socket;
	int ifindex = 0;
};

void check_same(const Snapshot &before, const Snapshot &after) {
	const auto found = differences(before, after);
	INFO(fmt::format("{}", fmt::join(found, "\n")));
	CHECK(found.empty());
}

void check_complete(const Outcome &outcome) {
	INFO(fmt::format("{}", fmt::join(outcome.failures, "\n")));
	CHECK(outcome.complete());
}

/// Captures, shuffles, applies; both snapshots must be the same.
Snapshot take_over(LiveLab &lab) {
	const Snapshot before = must(capture(lab.ifindex));
	lab.shuffle();
	check_complete(apply_all(before, lab.ifindex));
	Snapshot after = must(capture(lab.ifindex));
	check_same(before, after);
	return after;
}

std::string sysctl(const std::string &path) {
	std::ifstream file("/proc/sys/net/" + path);
	std::string value;
	std::getline(file, value);
	return value;
}

bool complains_of(const std::vector<std::string> &sentences, const std::string &words) {
	return std::ranges::any_of(
	    sentences, [&words](const std::string &sentence) { return sentence.find(words) != std::string::npos; });
}

} // namespace

TEST_CASE("A snapshot differs from nothing but what has changed") {
	LiveLab lab;
	run("ip addr add 10.0.0.1/24 dev eth0");
	const Snapshot before = must(capture(lab.ifindex));
	check_same(before, must(capture(lab.ifindex)));

	struct Case {
		const char *command;
		const char *expected;
	};
	const Case cases[] = {
	    {"ip addr add 10.0.0.2/24 dev eth0", "address 10.0.0.2/24 was not there"},
	    {"ip addr del 10.0.0.2/24 dev eth0; ip route add 192.0.2.0/24 dev eth0",
	     "192.0.2.0/24 table 254 was not there"},
	    {"ip route del 192.0.2.0/24; ip route del 10.0.0.0/24", "10.0.0.0/24 table 254 is missing"},
	    {"ip link set eth0 mtu 1400", "MTU was 1500, is 1400"},
	    {"ip link set eth0 mtu 1500 alias x", "alias was , is x"},
	    {"ip link set eth0 alias '' promisc on", "flag 0x100 was false, is true"},
	    {"ip link set eth0 promisc off; echo 1 > /proc/sys/net/ipv4/conf/eth0/arp_ignore",
	     "arp_ignore was 0, is 1"},
	    {"ip addr flush dev eth0", "address 10.0.0.1/24 is missing"},
	};
	for (const auto &[command, expected] : cases) {
		run(command);
		const auto found = differences(before, must(capture(lab.ifindex)));
		INFO(fmt::format("{}: {}", command, fmt::join(found, "\n")));
		CHECK(complains_of(found, expected));
	}
}

TEST_CASE("Addresses of both families move with flags, labels, order and lifetimes") {
	LiveLab lab;
	run("ip addr add 10.0.0.1/24 brd + dev eth0; ip addr add 10.0.0.2/24 dev eth0 label eth0:two");
	run("ip addr add 10.9.0.1 peer 10.9.0.2/32 dev eth0; ip addr add 10.8.0.1/24 dev eth0 metric 500");
	run("ip addr add 10.7.0.1/24 dev eth0 noprefixroute valid_lft 600 preferred_lft 300");
	run("ip addr add 2001:db8::1/64 dev eth0 nodad; ip addr add 2001:db8:7::1/64 dev eth0 noprefixroute nodad");
	const Snapshot after = take_over(lab);
	CHECK(succeeds("ip -4 addr show dev eth0 | grep 'inet 10.0.0.2/24.*secondary eth0:two'"));
	CHECK(succeeds("ip -4 addr show dev eth0 | grep 'inet 10.9.0.1 peer 10.9.0.2/32'"));
	CHECK(succeeds("ip route show table main | grep '10.8.0.0/24.*metric 500'"));
	CHECK(succeeds("ip -4 addr show dev eth0 | grep '10.7.0.1/24.*noprefixroute'"));
	CHECK(succeeds("ip -6 addr show dev eth0 | grep '2001:db8:7::1/64.*noprefixroute'"));
	CHECK_FALSE(succeeds("ip route show table main | grep 10.7.0.0"));
	CHECK_FALSE(succeeds("ip -6 route show table main | grep 2001:db8:7:"));
	const auto expiring = std::ranges::find(after.addresses, Bytes{10, 7, 0, 1}, &Address::local);
	REQUIRE(expiring != after.addresses.end());
	CHECK(expiring->valid_lifetime <= 600);
	CHECK(expiring->preferred_lifetime <= 300);
}

TEST_CASE("IPv6 addresses are usable at once, the link-local one as well, and none is tested again") {
	LiveLab lab;
	run("ip addr add 2001:db8::1/64 dev eth0");
	REQUIRE(comes_true([] { return !succeeds("ip -6 addr show dev eth0 | grep tentative"); }));
	const Snapshot after = take_over(lab);
	CHECK(std::ranges::none_of(after.addresses, [](const Address &a) { return a.flags & IFA_F_TENTATIVE; }));
	CHECK(std::ranges::count_if(after.addresses, [](const Address &a) { return a.family == AF_INET6; }) == 2);
	CHECK(after.link.addr_gen_mode == IN6_ADDR_GEN_MODE_EUI64);
}

TEST_CASE("No link-local address is made where the user turned that off") {
	LiveLab lab;
	run("ip link set eth0 addrgenmode none; ip -6 addr flush dev eth0");
	const Snapshot after = take_over(lab);
	CHECK(after.addresses.empty());
	CHECK(after.link.addr_gen_mode == IN6_ADDR_GEN_MODE_NONE);
}

TEST_CASE("Routes of all tables move: default, direct, gateway behind a direct one, on-link, source, metrics") {
	LiveLab lab;
	run("ip addr add 10.0.0.1/24 dev eth0; ip addr add 2001:db8::1/64 dev eth0 nodad");
	run("ip route add default via 10.0.0.254 dev eth0 proto dhcp src 10.0.0.1 metric 100");
	// in the dump the gateway route comes before the direct one that it needs
	run("ip route add 172.16.0.1/32 dev eth0 scope link; ip route add 10.1.0.0/16 via 172.16.0.1 dev eth0");
	run("ip route add 192.0.2.0/24 via 203.0.113.9 dev eth0 onlink mtu 1400 advmss 1300 initcwnd 20");
	run("ip route add default via 10.0.0.254 dev eth0 table 1000; ip rule add from 10.0.0.1 table 1000");
	run("ip route add blackhole 198.51.100.0/24");
	run("ip route add 10.2.0.0/16 dev eth0 tos 0x10 metric 3; ip route add local 10.3.0.1 dev eth0");
	run("ip route add 10.4.0.0/16 via inet6 2001:db8::fe dev eth0");
	run("ip -6 route add default via 2001:db8::fe dev eth0 metric 512 pref high");
	run("ip -6 route add 2001:db8:1::/48 via fe80::1 dev eth0; ip -6 route add 2001:db8:2::/48 dev eth0 table 77");
	run("ip -6 route add 2001:db8:3::/48 from 2001:db8::/64 via 2001:db8::fe dev eth0 expires 3000");
	take_over(lab);
	CHECK(succeeds("ip route get 8.8.8.8 | grep 'via 10.0.0.254 dev eth0 src 10.0.0.1'"));
	CHECK(succeeds(
	    "ip route show 192.0.2.0/24 | grep 'via 203.0.113.9 dev eth0 onlink mtu 1400 advmss 1300 initcwnd 20'"));
	CHECK(succeeds("ip route show table 1000 | grep 'default via 10.0.0.254 dev eth0'"));
	CHECK(succeeds("ip route show table local | grep 'local 10.3.0.1 dev eth0'"));
	CHECK(succeeds("ip -6 route show default | grep 'via 2001:db8::fe dev eth0 metric 512 pref high'"));
	CHECK(succeeds("ip -6 route show table 77 | grep '2001:db8:2::/48 dev eth0'"));
	CHECK(succeeds("ip -6 route show 2001:db8:3::/48 | grep 'from 2001:db8::/64 .*expires [23]'"));
}

TEST_CASE("Multipath routes that share a nexthop with another interface are whole again") {
	LiveLab lab;
	run("ip link add other type veth peer name other1; ip link set other up; ip link set other1 up");
	run("ip addr add 10.0.0.1/24 dev eth0; ip addr add 10.5.0.1/24 dev other");
	run("ip addr add 2001:db8::1/64 dev eth0 nodad; ip addr add 2001:db8:5::1/64 dev other nodad");
	run("ip route add 192.0.2.0/24 nexthop via 10.0.0.254 dev eth0 weight 3 nexthop via 10.5.0.254 dev other");
	run("ip -6 route add 2001:db8:9::/48 nexthop via 2001:db8::fe dev eth0 nexthop via 2001:db8:5::fe dev other");
	take_over(lab);
	CHECK(succeeds("ip route show 192.0.2.0/24 | grep 'via 10.0.0.254 dev eth0 weight 3'"));
	CHECK(succeeds("ip route show 192.0.2.0/24 | grep 'via 10.5.0.254 dev other'"));
	CHECK(succeeds("ip -6 route show 2001:db8:9::/48 | grep 'via 2001:db8::fe dev eth0'"));
	CHECK(succeeds("ip -6 route show 2001:db8:9::/48 | grep 'via 2001:db8:5::fe dev other'"));
}

TEST_CASE("A route that came second to an equal one of another interface comes second again") {
	LiveLab lab;
	run("ip link add other type veth peer name other1; ip link set other up; ip link set other1 up");
	run("ip route add 192.0.2.0/24 dev other; ip route append 192.0.2.0/24 dev eth0");
	take_over(lab);
	CHECK(succeeds("ip route show 192.0.2.0/24 | head -1 | grep 'dev other'"));
	CHECK(succeeds("ip route show 192.0.2.0/24 | tail -1 | grep 'dev eth0'"));
}

TEST_CASE("A prefix route that the user replaced by an own one does not come back beside it") {
	LiveLab lab;
	run("ip addr add 10.0.0.1/24 dev eth0; ip route del 10.0.0.0/24 dev eth0");
	run("ip route add 10.0.0.0/24 dev eth0 proto static scope link src 10.0.0.1");
	take_over(lab);
	CHECK(succeeds("test $(ip route show 10.0.0.0/24 | wc -l) = 1"));
	CHECK(succeeds("ip route show 10.0.0.0/24 | grep 'proto static'"));
}

TEST_CASE("A route of a nexthop object is moved as a plain route, and the snapshot says so") {
	LiveLab lab;
	run("ip addr add 10.0.0.1/24 dev eth0; ip nexthop add id 7 via 10.0.0.254 dev eth0");
	run("ip route add 192.0.2.0/24 nhid 7");
	const Snapshot before = must(capture(lab.ifindex));
	CHECK(complains_of(before.notes, "nexthop object 7"));
	lab.shuffle();
	check_complete(apply_all(before, lab.ifindex));
	CHECK(succeeds("ip route show 192.0.2.0/24 | grep 'via 10.0.0.254 dev eth0'"));
}

TEST_CASE("Static, proxy and known neighbours move") {
	LiveLab lab;
	run("ip addr add 10.0.0.1/24 dev eth0; ip addr add 2001:db8::1/64 dev eth0 nodad");
	run("ip neigh add 10.0.0.7 lladdr 02:00:00:00:00:07 dev eth0; ip neigh add proxy 10.0.0.8 dev eth0");
	run("ip neigh add 2001:db8::7 lladdr 02:00:00:00:00:07 router dev eth0");
	run("ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 nud reachable dev eth0");
	take_over(lab);
	CHECK(succeeds("ip neigh show dev eth0 | grep '10.0.0.7 lladdr 02:00:00:00:00:07 PERMANENT'"));
	CHECK(succeeds("ip neigh show dev eth0 | grep '10.0.0.9 lladdr 02:00:00:00:00:09 [RS]'"));
	CHECK(succeeds("ip -6 neigh show dev eth0 | grep '2001:db8::7 lladdr 02:00:00:00:00:07 router PERMANENT'"));
	CHECK(succeeds("ip neigh show proxy | grep 10.0.0.8"));
}

TEST_CASE("Sysctls move, the others go on following the namespace's default") {
	LiveLab lab;
	run("cd /proc/sys/net/ipv4/conf/eth0; echo 2 > rp_filter; echo 1 > arp_ignore; echo 2 > arp_announce");
	run("cd /proc/sys/net/ipv6/conf/eth0; echo 0 > accept_ra; echo 2 > use_tempaddr; echo 1400 > mtu");
	run("echo 45680 > /proc/sys/net/ipv4/neigh/eth0/base_reachable_time_ms");
	run("echo 7 > /proc/sys/net/ipv6/neigh/eth0/ucast_solicit");
	const Snapshot after = take_over(lab);
	CHECK(sysctl("ipv4/conf/eth0/rp_filter") == "2");
	CHECK(sysctl("ipv4/conf/eth0/arp_ignore") == "1");
	CHECK(sysctl("ipv6/conf/eth0/accept_ra") == "0");
	CHECK(sysctl("ipv6/conf/eth0/mtu") == "1400"); // going up had set it back
	CHECK(sysctl("ipv4/neigh/eth0/base_reachable_time_ms") == "45680");
	const auto setting = std::ranges::find(after.sysctls, "ipv4/conf/%/rp_filter", &Sysctl::path);
	REQUIRE(setting != after.sysctls.end());
	CHECK_FALSE(setting->is_default);
	run("echo 1 > /proc/sys/net/ipv4/conf/default/shared_media; echo 0 > "
	    "/proc/sys/net/ipv4/conf/default/shared_media");
	CHECK(sysctl("ipv4/conf/eth0/shared_media") == "0");
}

TEST_CASE("Nor on the way up, on a device whose carrier is there at once") {
	LiveLab lab;
	run("ip link set eth0 addrgenmode none; ip -6 addr flush dev eth0");
	const Snapshot before = must(capture(lab.ifindex));
	must(lab.socket.move_link(lab.ifindex, lab.hidden(), "slave0"));
	run(fmt::format("ip link add eth0 index {0} type dummy 2>/dev/null || ip link add eth0 index {0} type ifb",
			lab.ifindex));
	(void)apply_all(before, lab.ifindex); // such devices differ in what they let be set
	const Snapshot after = must(capture(lab.ifindex));
	CHECK((after.link.flags & IFF_UP) != 0);
	CHECK(after.addresses.empty());
}

TEST_CASE("An interface whose IPv6 addresses come from a secret keeps secret and addresses") {
	LiveLab lab;
	run("ip link set eth0 down; echo 2001:db8::5ec > /proc/sys/net/ipv6/conf/eth0/stable_secret; ip link set eth0 "
	    "up");
	REQUIRE(comes_true([] {
		return succeeds("ip -6 addr show dev eth0 | grep fe80") &&
		       !succeeds("ip -6 addr show dev eth0 | grep tentative");
	}));
	const Snapshot after = take_over(lab);
	CHECK(after.link.addr_gen_mode == IN6_ADDR_GEN_MODE_STABLE_PRIVACY);
	CHECK(after.addresses.size() == 1);
	CHECK(sysctl("ipv6/conf/eth0/stable_secret") == "2001:0db8:0000:0000:0000:0000:0000:05ec");
}

TEST_CASE("An interface with IPv6 turned off stays without") {
	LiveLab lab;
	run("echo 1 > /proc/sys/net/ipv6/conf/eth0/disable_ipv6; ip addr add 10.0.0.1/24 dev eth0");
	take_over(lab);
	CHECK_FALSE(succeeds("ip -6 addr show dev eth0 | grep inet6"));
}

TEST_CASE("MTU, queue length, alias, names, group and flags of the link move") {
	LiveLab lab;
	run("ip link set eth0 mtu 1400 txqueuelen 321 alias 'the uplink' group 9 promisc on allmulticast on");
	run("ip link property add dev eth0 altname enp1s0 altname a-rather-long-alternative-name");
	const Snapshot after = take_over(lab);
	CHECK(after.link.mtu == 1400);
	CHECK(after.link.alias == "the uplink");
	CHECK((after.link.flags & (IFF_PROMISC | IFF_ALLMULTI)) == (IFF_PROMISC | IFF_ALLMULTI));
	CHECK(after.link.altnames.size() == 2);
}

TEST_CASE("An interface that was down stays down, with its IPv4 addresses") {
	LiveLab lab;
	run("ip link set eth0 down; ip addr add 10.0.0.1/24 dev eth0");
	const Snapshot after = take_over(lab);
	CHECK((after.link.flags & IFF_UP) == 0);
	CHECK(after.addresses.size() == 1);
}

TEST_CASE("Applying twice changes nothing and complains of nothing") {
	LiveLab lab;
	run("ip addr add 10.0.0.1/24 dev eth0; ip addr add 2001:db8::1/64 dev eth0 nodad");
	run("ip route add default via 10.0.0.254; ip -6 route add default via 2001:db8::fe dev eth0");
	run("ip neigh add 10.0.0.7 lladdr 02:00:00:00:00:07 dev eth0");
	const Snapshot before = must(capture(lab.ifindex));
	check_complete(apply_all(before, lab.ifindex)); // onto the very interface it was taken from
	lab.shuffle();
	check_complete(apply_all(before, lab.ifindex));
	check_complete(apply_all(before, lab.ifindex));
	check_same(before, must(capture(lab.ifindex)));
	CHECK(succeeds("test $(ip route show default | wc -l) = 1"));
	CHECK(succeeds("test $(ip -6 route show default | wc -l) = 1"));
}

TEST_CASE("A route that somebody else was quicker to put back is no failure") {
	LiveLab lab;
	run("ip addr add 10.0.0.1/24 dev eth0; ip addr add 2001:db8::1/64 dev eth0 nodad");
	run("ip route add default via 10.0.0.254; ip -6 route add default via 2001:db8::fe dev eth0");
	const Snapshot before = must(capture(lab.ifindex));
	Snapshot doubled = before; // the second of each finds the first there
	doubled.routes.insert(doubled.routes.end(), before.routes.begin(), before.routes.end());
	lab.shuffle();
	check_complete(apply_all(doubled, lab.ifindex));
	check_same(before, must(capture(lab.ifindex)));
}

TEST_CASE("The configuration can also go to an interface of another name and index") {
	LiveLab lab;
	run("ip addr add 10.0.0.1/24 dev eth0; ip route add default via 10.0.0.254");
	run("echo 1 > /proc/sys/net/ipv4/conf/eth0/arp_ignore");
	const Snapshot before = must(capture(lab.ifindex));
	run("ip addr flush dev eth0; ip link add spare type veth peer name spare1; ip link set spare1 up");
	const Outcome outcome = apply_all(before, link_named(lab.socket, "spare").ifindex);
	REQUIRE(outcome.failures.size() == 1); // found by the comparison at the end
	CHECK_THAT(outcome.failures[0], Catch::Contains("name was eth0, is spare"));
	CHECK(succeeds("ip route show default | grep 'via 10.0.0.254 dev spare'"));
	CHECK(sysctl("ipv4/conf/spare/arp_ignore") == "1");
}

TEST_CASE("Every failure is told, the rest is done, and the old device gets everything back") {
	LiveLab lab;
	run("ip link set eth0 mtu 9000; ip addr add 10.0.0.1/24 dev eth0; ip route add default via 10.0.0.254");
	run("ip link property add dev eth0 altname enp1s0");
	const Snapshot before = must(capture(lab.ifindex));
	must(lab.socket.move_link(lab.ifindex, lab.hidden(), "slave0"));
	run(fmt::format("ip link add eth0 index {} type bridge", lab.ifindex)); // may be brought up, has no carrier
	run("ip link add thief type veth peer name thief1; ip link property add dev thief altname enp1s0");

	const Status status = apply(before, lab.ifindex);
	REQUIRE_FALSE(status.has_value());
	CHECK_THAT(status.error().message, Catch::Contains("configuration of eth0"));
	CHECK_THAT(status.error().message, Catch::Contains("adding alternative name enp1s0"));
	CHECK(succeeds("ip addr show dev eth0 | grep 10.0.0.1/24"));
	CHECK(succeeds("ip route show default | grep 10.0.0.254"));

	run("ip link del eth0; ip link del thief");
	{
		const auto scope = must(NetnsScope::enter(lab.hidden()));
		RouteSocket there = must(RouteSocket::open());
		must(there.move_link(link_named(there, "slave0").ifindex, lab.visible(), "eth0", lab.ifindex));
	}
	check_complete(apply_all(before, lab.ifindex));
	check_same(before, must(capture(lab.ifindex)));
}

TEST_CASE("An interface that is not there is neither captured nor filled") {
	const Lab lab;
	const auto snapshot = capture(9999);
	REQUIRE_FALSE(snapshot.has_value());
	CHECK(snapshot.error().code == ENODEV);
	const Outcome outcome = apply_all(Snapshot{}, 9999);
	REQUIRE(outcome.failures.size() == 1);
	CHECK_THAT(outcome.failures[0], Catch::Contains("no link 9999"));
}

TEST_CASE("What cannot move is noted at capture") {
	LiveLab lab;
	run("ip link add br0 type bridge; ip link set eth0 master br0");
	const Snapshot snapshot = must(capture(lab.ifindex));
	CHECK(complains_of(snapshot.notes, "leaves its master"));
	CHECK(complains_of(snapshot.notes, "promiscuous"));
}
