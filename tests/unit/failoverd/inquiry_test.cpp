// SPDX-License-Identifier: GPL-2.0-only
#include "network/inquiry.hpp"

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
	neighbour.lladdr = neighbour.dst; // of a station of its own
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

TEST_CASE("Two addresses of one station are asked only if there is no other") {
	auto one = make("10.0.0.1", NUD_REACHABLE), same = make("fe80::1", NUD_REACHABLE);
	same.lladdr = one.lladdr;
	CHECK(asked({one, same, make("10.0.0.9", NUD_STALE)}) == Names{"10.0.0.1", "10.0.0.9"});
	CHECK(asked({one, same}) == Names{"10.0.0.1", "fe80::1"});
}

TEST_CASE("Who was not heard of for long is not asked, but for a gateway; the others by how long that is") {
	auto old = make("10.0.0.5", NUD_STALE), recent = make("10.0.0.6", NUD_STALE),
	     last = make("10.0.0.7", NUD_STALE);
	old.confirmed_s = kMostForgottenSeconds + 1;
	recent.confirmed_s = kMostForgottenSeconds;
	last.confirmed_s = 1;
	CHECK(asked({old, recent, last}) == Names{"10.0.0.7", "10.0.0.6"});
	CHECK(asked({old}).empty());
	CHECK(asked({old}, {{kMaster, old.dst}}) == Names{"10.0.0.5"});
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

TEST_CASE("Neighbours of VLANs are reached by the master; those of a macvlan, behind a bridge or tunnel perhaps not") {
	std::vector links{make_link(kMaster, "eth0"),
			  make_link(3, "eth0.7", kMac, "vlan"),
			  make_link(4, "mv0", kOtherMac, "macvlan"),
			  make_link(5, "br0", kMac, "bridge"),
			  make_link(6, "br0.8", kMac, "vlan"),
			  make_link(7, "tunnel", kOtherMac, "vxlan"),
			  make_link(8, "blue", kOtherMac, "vrf"),
			  make_link(9, "eth9")};
	links[1].lower = kMaster;
	links[2].lower = 3;
	links[4].lower = 5;
	links[5].lower = kMaster;
	CHECK(asked_by(kMaster, links) == std::vector{kMaster, 3});
	// A port's own neighbours are answered to the bridge; its VLANs hear theirs.
	links[0].master = 5;
	CHECK(asked_by(kMaster, links) == std::vector{3});
	links[0].master = 8;
	CHECK(asked_by(kMaster, links) == std::vector{kMaster, 3});
	CHECK(asked_by(77, links).empty());
}

TEST_CASE("Silence counts when all are silent, also when they are asked for by broadcast") {
	Inquiry inquiry({make("10.0.0.1", NUD_STALE), make("fe80::1", NUD_STALE)}, {kMaster});
	CHECK(inquiry.outcome() == Outcome::kOpen);
	inquiry.heard(make("10.0.0.1", NUD_PROBE), false);
	inquiry.heard(make("10.0.0.1", NUD_FAILED), false);
	CHECK(inquiry.outcome() == Outcome::kOpen);
	SECTION("the other one answers") {
		inquiry.heard(make("fe80::1", NUD_REACHABLE), false);
		CHECK(inquiry.outcome() == Outcome::kAnswered);
	}
	SECTION("somebody else does, who was not asked") {
		inquiry.heard(make("10.0.0.77", NUD_REACHABLE), false);
		CHECK(inquiry.outcome() == Outcome::kAnswered);
	}
	SECTION("the other one is silent too") {
		inquiry.heard(make("fe80::1", NUD_FAILED), false);
		CHECK(inquiry.outcome() == Outcome::kAskAll);
		CHECK(inquiry.names() == Names{"10.0.0.1", "fe80::1"});
		inquiry.all_asked();
		CHECK(inquiry.outcome() == Outcome::kOpen);
		inquiry.heard(make("10.0.0.1", NUD_INCOMPLETE), false);
		inquiry.heard(make("10.0.0.1", NUD_FAILED), false);
		SECTION("but asks for us itself, which says nothing of whether it hears us") {
			CHECK(inquiry.to_be_asked(make("fe80::1", NUD_STALE)));
			CHECK_FALSE(inquiry.to_be_asked(make("fe80::1", NUD_INCOMPLETE)));
			CHECK_FALSE(inquiry.to_be_asked(make("10.0.0.1", NUD_STALE))); // has had its time
			CHECK_FALSE(inquiry.to_be_asked(make("10.0.0.9", NUD_STALE)));
			CHECK(inquiry.outcome() == Outcome::kOpen);
		}
		SECTION("but somebody has its address now") {
			inquiry.heard(make("fe80::1", NUD_REACHABLE), false);
			CHECK(inquiry.outcome() == Outcome::kAnswered);
			inquiry.heard(make("fe80::1", NUD_FAILED), false); // older, and read later
			CHECK(inquiry.outcome() == Outcome::kAnswered);
		}
		SECTION("and still is, until it is heard of again") {
			inquiry.heard(make("fe80::1", NUD_FAILED), false);
			CHECK(inquiry.outcome() == Outcome::kUnanswered);
			inquiry.told();
			inquiry.heard(make("10.0.0.1", NUD_FAILED), true);
			inquiry.heard(make("fe80::1", NUD_FAILED), true);
			CHECK(inquiry.outcome() == Outcome::kUnanswered);
			inquiry.heard(make("10.0.0.1", NUD_REACHABLE), false);
			CHECK(inquiry.outcome() == Outcome::kAnswered);
		}
	}
	SECTION("the other one says nothing, be it slow or gone") {
		if (GENERATE(false, true))
			inquiry.give_up();
		else
			inquiry.heard(make("fe80::1", NUD_PROBE), true);
		CHECK(inquiry.outcome() == Outcome::kAskAll);
		CHECK(inquiry.names() == Names{"10.0.0.1"});
	}
}

TEST_CASE("Entries that go or are taken over say nothing") {
	Inquiry inquiry({make("10.0.0.1", NUD_STALE)}, {kMaster});
	SECTION("deleted") {
		inquiry.heard(make("10.0.0.1", NUD_STALE), true);
	}
	SECTION("deleted, which is told as a failure first") {
		inquiry.heard(make("10.0.0.1", NUD_FAILED), false);
		inquiry.heard(make("10.0.0.1", NUD_FAILED), true);
	}
	SECTION("made permanent") {
		inquiry.heard(make("10.0.0.1", NUD_PERMANENT), false);
	}
	SECTION("made permanent by who has read of its silence") {
		inquiry.heard(make("10.0.0.1", NUD_FAILED), false);
		inquiry.all_asked();
		inquiry.heard(make("10.0.0.1", NUD_FAILED), false);
		inquiry.told();
		inquiry.heard(make("10.0.0.1", NUD_PERMANENT), false);
		CHECK(inquiry.silent().empty());
	}
	SECTION("slow") {
		inquiry.give_up();
	}
	CHECK(inquiry.outcome() == Outcome::kNobody);
}

TEST_CASE("Others of the same address say nothing") {
	Inquiry inquiry({make("10.0.0.1", NUD_STALE)}, {kMaster});
	inquiry.heard(make("10.0.0.1", NUD_REACHABLE, kMaster + 1), false);
	auto proxy = make("10.0.0.1", NUD_REACHABLE);
	proxy.flags = NTF_PROXY;
	inquiry.heard(proxy, false);
	CHECK(inquiry.outcome() == Outcome::kOpen);
}
