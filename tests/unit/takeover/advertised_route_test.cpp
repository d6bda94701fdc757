// SPDX-License-Identifier: GPL-2.0-only
#include "takeover/apply.hpp"

#include "../netlink/lab.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <fmt/ranges.h>
#include <linux/route.h>
#include <netinet/icmp6.h>
#include <sys/socket.h>

using namespace failover;
using namespace failover::netlink;
using namespace failover::takeover;
using namespace failover::test;

namespace {

constexpr const char *kLine = "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
			      "fe800000000000000000000000000001 00000400 00000001 00000000 00450003     eth0";

Route default_route() {
	Route route;
	route.family = AF_INET6;
	route.gateway = ip_from_string("fe80::1");
	route.metric = 1024;
	return route;
}

struct Advertisement {
	nd_router_advert router{};
	nd_opt_prefix_info prefix{};
};

/// One router advertisement for 2001:db8:1::/64, sent by the calling thread's namespace out of `interface`.
void advertise(const std::string &interface, std::uint16_t router_lifetime, std::uint32_t prefix_lifetime) {
	Advertisement advertisement;
	advertisement.router.nd_ra_type = ND_ROUTER_ADVERT;
	advertisement.router.nd_ra_router_lifetime = htons(router_lifetime);
	nd_opt_prefix_info &prefix = advertisement.prefix;
	prefix.nd_opt_pi_type = ND_OPT_PREFIX_INFORMATION;
	prefix.nd_opt_pi_len = 4; // units of eight bytes
	prefix.nd_opt_pi_prefix_len = 64;
	prefix.nd_opt_pi_flags_reserved = ND_OPT_PI_FLAG_ONLINK | ND_OPT_PI_FLAG_AUTO;
	prefix.nd_opt_pi_valid_time = htonl(prefix_lifetime);
	prefix.nd_opt_pi_preferred_time = htonl(prefix_lifetime);
	REQUIRE(::inet_pton(AF_INET6, "2001:db8:1::", &prefix.nd_opt_pi_prefix) == 1);

	UniqueFd fd(::socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6));
	const int hops = 255; // RFC 4861, 6.1.2: anything else was routed here and is ignored
	REQUIRE(::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops)) == 0);
	sockaddr_in6 all_nodes{};
	all_nodes.sin6_family = AF_INET6;
	all_nodes.sin6_scope_id = ::if_nametoindex(interface.c_str());
	REQUIRE(::inet_pton(AF_INET6, "ff02::1", &all_nodes.sin6_addr) == 1);
	REQUIRE(::sendto(fd.get(), &advertisement, sizeof(advertisement), 0, reinterpret_cast<sockaddr *>(&all_nodes),
			 sizeof(all_nodes)) == sizeof(advertisement));
}

/// The host's interface eth0 and a router at its other end, all in the visible namespace's view of the hidden one.
struct RouterLab : Lab {
	RouterLab() : socket(must(RouteSocket::open())) {
		PairSpec spec;
		spec.name = "eth0";
		spec.peer_name = "router0";
		spec.peer_netns_fd = hidden();
		must(socket.add_veth(spec));
		ifindex = link_named(socket, "eth0").ifindex;
		run("echo 1 > /proc/sys/net/ipv6/conf/eth0/accept_ra; echo 0 > "
		    "/proc/sys/net/ipv6/conf/eth0/accept_dad");
		router_up("router0");
		run("ip link set eth0 up");
	}
	void router_up(const std::string &name) const {
		const auto scope = must(NetnsScope::enter(hidden()));
		run("echo 0 > /proc/sys/net/ipv6/conf/" + name + "/accept_dad; ip link set " + name +
		    " addrgenmode none");
		run("ip link set " + name + " up; ip addr add fe80::1/64 dev " + name + " nodad");
	}
	/// Advertises until `seen` is true: the first may come before the link's carrier.
	template <typename Condition>
	[[nodiscard]] bool advertise_until(const std::string &name, std::uint16_t router_lifetime,
					   std::uint32_t prefix_lifetime, Condition &&seen) const {
		return comes_true([&] {
			{
				const auto scope = must(NetnsScope::enter(hidden()));
				advertise(name, router_lifetime, prefix_lifetime);
			}
			return seen();
		});
	}
	/// Seconds for which the autoconfigured address is still valid, 0 when there is none.
	std::uint32_t address_lifetime() {
		for (const Address &address : must(socket.addresses(ifindex)))
			if (to_string(address).starts_with("2001:db8:1:"))
				return address.valid_lifetime;
		return 0;
	}

	RouteSocket socket;
	int ifindex = 0;
};

} // namespace

TEST_CASE("The flags of a kernel-learned route are read from its line, and from no other line") {
	const Route route = default_route();
	CHECK(rtf_flags_of_line(kLine, route, "eth0") == 0x00450003);
	CHECK(rtf_flags_of_line(kLine, route, "eth1") == 0);
	Route other = route;
	other.metric = 1025;
	CHECK(rtf_flags_of_line(kLine, other, "eth0") == 0);
	other = route;
	other.gateway = ip_from_string("fe80::2");
	CHECK(rtf_flags_of_line(kLine, other, "eth0") == 0);
	for (const char *bad : {"", "00", "not a line at all but many words here in this one line"})
		CHECK(rtf_flags_of_line(bad, route, "eth0") == 0);
}

TEST_CASE("After a takeover the kernel goes on minding advertised routes and the addresses that came with them") {
	RouterLab lab;
	REQUIRE(lab.advertise_until("router0", 1800, 5000, [&] {
		return lab.address_lifetime() > 0 && succeeds("ip -6 route show default | grep 'proto ra'");
	}));
	const Snapshot before = must(capture(lab.ifindex));
	REQUIRE(before.advertised.size() == 1);

	must(lab.socket.move_link(lab.ifindex, lab.hidden(), "slave0"));
	PairSpec spec;
	spec.name = "router1";
	spec.peer_name = "eth0";
	spec.peer_mac = before.link.mac;
	spec.peer_netns_fd = lab.visible();
	{
		const auto scope = must(NetnsScope::enter(lab.hidden()));
		RouteSocket there = must(RouteSocket::open());
		must(there.delete_link(link_named(there, "slave0").ifindex));
		must(there.add_veth(spec));
	}
	lab.router_up("router1");
	lab.ifindex = link_named(lab.socket, "eth0").ifindex;
	const Outcome outcome = apply_all(before, lab.ifindex);
	INFO(fmt::format("{}", fmt::join(outcome.failures, "\n")));
	CHECK(outcome.complete());
	CHECK(succeeds("ip -6 route show default | grep 'via fe80::1 dev eth0.*expires'"));
	CHECK(lab.address_lifetime() <= 5000);

	// A longer prefix lifetime is taken: the advertisement was read to its end.
	CHECK(lab.advertise_until("router1", 1800, 90000, [&] { return lab.address_lifetime() > 80000; }));
	CHECK(succeeds("test $(ip -6 route show default | wc -l) = 1"));
	// A router that gives up takes its route with it.
	CHECK(
	    lab.advertise_until("router1", 0, 90000, [] { return !succeeds("ip -6 route show default | grep via"); }));
}
