// SPDX-License-Identifier: GPL-2.0-only
#include "network/stack.hpp"

#include "nics.hpp"
#include "sync/filters.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace failover;
using namespace failover::test;

namespace {

netlink::Link on_top(int ifindex, const std::string &name, const std::string &kind, int lower) {
	auto link = make_link(ifindex, name, kMac, kind);
	link.lower = lower;
	return link;
}

netlink::Link vlan_on(int ifindex, int lower, std::uint16_t vid, std::uint16_t protocol = 0x8100) {
	auto link = on_top(ifindex, fmt::format("vlan{}", vid), "vlan", lower);
	link.vlan_id = vid;
	link.vlan_protocol = protocol;
	return link;
}

std::vector<std::string> names(const std::vector<Level> &levels) {
	std::vector<std::string> found;
	for (const auto &level : levels)
		found.push_back(level.link->name);
	return found;
}

constexpr int kMaster = 2;

} // namespace

TEST_CASE("Everything above the master is found, nearest first, with its tags") {
	const std::vector links{make_link(kMaster, "eth0", kMac, "veth"), vlan_on(10, kMaster, 100, 0x88a8),
				vlan_on(11, 10, 7), on_top(12, "mv0", "macvlan", kMaster), make_link(13, "eth9")};
	const auto levels = stack_on(kMaster, links);
	CHECK(names(levels) == std::vector<std::string>{"eth0", "vlan100", "mv0", "vlan7"});
	CHECK(levels[1].tags == announce::VlanStack{{100, 0x88a8}});
	CHECK(levels[3].tags == announce::VlanStack{{100, 0x88a8}, {7, 0x8100}});
}

TEST_CASE("A bridge over the master and what is on the bridge count as above it") {
	std::vector links{make_link(kMaster, "eth0", kMac, "veth"), make_link(20, "br0", kMac, "bridge"),
			  vlan_on(21, 20, 5)};
	links[0].master = 20;
	CHECK(names(stack_on(kMaster, links)) == std::vector<std::string>{"eth0", "br0", "vlan5"});
}

TEST_CASE("A veth that names the master's ifindex as its peer lies beside it") {
	const std::vector links{make_link(kMaster, "eth0", kMac, "veth"), on_top(30, "veth1", "veth", kMaster)};
	CHECK(names(stack_on(kMaster, links)) == std::vector<std::string>{"eth0"});
}

TEST_CASE("A device over the same ifindex of another namespace is somebody else's") {
	std::vector links{make_link(kMaster, "eth0", kMac, "veth"), vlan_on(10, kMaster, 100)};
	links[1].link_netnsid = 3;
	CHECK(stack_on(kMaster, links).size() == 1);
}

TEST_CASE("A loop among devices ends") {
	std::vector links{make_link(kMaster, "eth0", kMac, "veth"), on_top(10, "a", "macvlan", 11),
			  on_top(11, "b", "macvlan", 10)};
	links[1].lower = kMaster;
	links[0].master = 10;
	CHECK(stack_on(kMaster, links).size() == 3);
}

TEST_CASE("The filters needed are outermost tags and the addresses of macvlans, however deep") {
	Master master;
	master.visible = kMaster;
	master.mac = kMac;
	std::vector links{make_link(kMaster, "eth0", kMac, "veth"), vlan_on(10, kMaster, 100), vlan_on(11, 10, 7),
			  on_top(12, "mv0", "macvlan", 10), on_top(13, "mt0", "macvtap", kMaster)};
	links[3].mac = kOtherMac;
	const auto uppers = uppers_of(master, links);
	CHECK(uppers.vlans == std::set<std::uint16_t>{100});
	CHECK(uppers.unicast == std::set<MacAddress>{kOtherMac});
}
