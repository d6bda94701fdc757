// SPDX-License-Identifier: GPL-2.0-only
#include "inquiry.hpp"

#include "netlink/address.hpp"
#include "nics.hpp"

#include <catch2/catch.hpp>
#include <linux/neighbour.h>
#include <sys/socket.h>

using namespace failover;
using namespace failover::test;
using netlink::Neighbour;

namespace {

constexpr int kMaster = 2;

Neighbour make(const char *address, std::uint16_t state, int ifindex = kMaster) {
	Neighbour neighbour;
	neighbour.ifindex = ifindex;
	neighbour.dst = netlink::ip_from_string(address);
	neighbour.family = neighbour.dst.size() == 4 ? AF_INET : AF_INET6;
	neighbour.state = state;
	neighbour.lladdr = {2, 0, 0, 0, 0, 1};
	return neighbour;
}

std::vector<std::string> asked(const std::vector<Neighbour> &neighbours, const std::vector<Gateway> &gateways = {}) {
	std::vector<std::string> names;
	for (const auto &one : whom_to_ask({kMaster}, neighbours, gateways))
		names.push_back(netlink::ip_to_string(one.dst));
	return names;
}

using Names = std::vector<std::string>;
using Outcome = Inquiry::Outcome;

} // namespace

TEST_CASE("Gateways are asked first, then who was heard of last, and no more than two") {
	const std::vector neighbours{make("10.0.0.5", NUD_STALE), make("10.0.0.6", NUD_REACHABLE),
				     make("10.0.0.1", NUD_STALE), make("fe80::1", NUD_STALE)};
	CHECK(asked(neighbours) == Names{"10.0.0.6", "10.0.0.5"});
	CHECK(asked(neighbours, {{kMaster, netlink::ip_from_string("fe80::1")},
				 {kMaster, netlink::ip_from_string("10.0.0.1")}}) == Names{"10.0.0.1", "fe80::1"});
	// The same address behind another link is somebody else.
	CHECK(asked(neighbours, {{kMaster + 1, netlink::ip_from_string("10.0.0.1")}}) == Names{"10.0.0.6", "10.0.0.5"});
}

TEST_CASE("Nobody is asked who was never heard of, or whose entry others keep") {
	for (const int state : {NUD_NONE, NUD_INCOMPLETE, NUD_FAILED, NUD_PERMANENT, NUD_NOARP})
		CHECK(asked({make("10.0.0.1", static_cast<std::uint16_t>(state))}).empty());
	for (const int flag : {NTF_PROXY, NTF_EXT_LEARNED}) {
		auto neighbour = make("10.0.0.1", NUD_REACHABLE);
		neighbour.flags = static_cast<std::uint8_t>(flag);
		CHECK(asked({neighbour}).empty());
	}
	auto managed = make("10.0.0.1", NUD_REACHABLE);
	managed.ext_flags = NTF_EXT_MANAGED;
	CHECK(asked({managed}).empty());
	auto without = make("10.0.0.1", NUD_REACHABLE);
	without.lladdr.clear();
	CHECK(asked({without}).empty());
	CHECK(asked({make("10.0.0.1", NUD_REACHABLE, kMaster + 1)}).empty());
}

TEST_CASE("Neighbours of VLANs and macvlans are reached by the master, those behind a bridge or tunnel perhaps not") {
	std::vector links{make_link(kMaster, "eth0"),
			  make_link(3, "eth0.7", kMac, "vlan"),
			  make_link(4, "mv0", kOtherMac, "macvlan"),
			  make_link(5, "br0", kMac, "bridge"),
			  make_link(6, "br0.8", kMac, "vlan"),
			  make_link(7, "tunnel", kOtherMac, "vxlan"),
			  make_link(9, "eth9")};
	links[1].lower = kMaster;
	links[2].lower = 3;
	links[4].lower = 5;
	links[5].lower = kMaster;
	CHECK(asked_by(kMaster, links) == std::vector{kMaster, 3, 4});
	links[0].master = 5;
	CHECK(asked_by(kMaster, links) == std::vector{kMaster, 3, 4});
	CHECK(asked_by(77, links).empty());
}

TEST_CASE("One that answers is enough, silence counts when all are silent") {
	Inquiry inquiry({make("10.0.0.1", NUD_STALE), make("fe80::1", NUD_STALE)});
	CHECK(inquiry.outcome() == Outcome::kOpen);
	inquiry.heard(make("10.0.0.1", NUD_PROBE), false);
	inquiry.heard(make("10.0.0.1", NUD_FAILED), false);
	CHECK(inquiry.outcome() == Outcome::kOpen);
	SECTION("the other one answers") {
		inquiry.heard(make("fe80::1", NUD_REACHABLE), false);
		CHECK(inquiry.outcome() == Outcome::kAnswered);
	}
	SECTION("the other one is silent, until it is heard of again") {
		inquiry.heard(make("fe80::1", NUD_FAILED), false);
		CHECK(inquiry.outcome() == Outcome::kUnanswered);
		CHECK(inquiry.names() == Names{"10.0.0.1", "fe80::1"});
		inquiry.heard(make("10.0.0.1", NUD_FAILED), true);
		inquiry.heard(make("fe80::1", NUD_FAILED), true);
		inquiry.heard(make("10.0.0.1", NUD_INCOMPLETE), false);
		CHECK(inquiry.outcome() == Outcome::kUnanswered);
		inquiry.heard(make("10.0.0.1", NUD_REACHABLE), false);
		CHECK(inquiry.outcome() == Outcome::kAnswered);
	}
	SECTION("the other one says nothing, be it slow or gone") {
		if (GENERATE(false, true))
			inquiry.give_up();
		else
			inquiry.heard(make("fe80::1", NUD_PROBE), true);
		CHECK(inquiry.outcome() == Outcome::kUnanswered);
		CHECK(inquiry.names() == Names{"10.0.0.1"});
	}
}

TEST_CASE("Entries that go or are taken over say nothing") {
	Inquiry inquiry({make("10.0.0.1", NUD_STALE)});
	SECTION("deleted") {
		inquiry.heard(make("10.0.0.1", NUD_REACHABLE), true);
	}
	SECTION("made permanent") {
		inquiry.heard(make("10.0.0.1", NUD_PERMANENT), false);
	}
	SECTION("slow") {
		inquiry.give_up();
	}
	CHECK(inquiry.outcome() == Outcome::kNobody);
}

TEST_CASE("Others of the same address say nothing") {
	Inquiry inquiry({make("10.0.0.1", NUD_STALE)});
	inquiry.heard(make("10.0.0.1", NUD_REACHABLE, kMaster + 1), false);
	inquiry.heard(make("10.0.0.2", NUD_REACHABLE), false);
	auto proxy = make("10.0.0.1", NUD_REACHABLE);
	proxy.flags = NTF_PROXY;
	inquiry.heard(proxy, false);
	CHECK(inquiry.outcome() == Outcome::kOpen);
}
