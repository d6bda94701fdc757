// SPDX-License-Identifier: GPL-2.0-only
#include "takeover/record.hpp"

#include "../temp_dir.hpp"

#include <catch2/catch.hpp>
#include <cerrno>
#include <filesystem>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sstream>
#include <sys/socket.h>

using namespace failover;
using namespace failover::takeover;
using namespace std::chrono_literals;
using netlink::Address;

namespace {

constexpr auto kTaken = 1000s;

Address address(std::uint8_t last, std::uint32_t valid, std::uint32_t preferred) {
	Address made;
	made.ifindex = 2;
	made.family = AF_INET;
	made.prefix_len = 24;
	made.scope = RT_SCOPE_LINK;
	made.flags = IFA_F_NOPREFIXROUTE;
	made.local = made.peer = {192, 0, 2, last};
	made.broadcast = {192, 0, 2, 255};
	made.label = "eth0:web";
	made.valid_lifetime = valid;
	made.preferred_lifetime = preferred;
	made.proto = 1;
	made.rt_priority = 77;
	return made;
}

netlink::Route route(std::optional<std::uint32_t> expires) {
	netlink::Route made;
	made.family = AF_INET6;
	made.dst_len = 32;
	made.protocol = RTPROT_RA;
	made.table = RT_TABLE_MAIN;
	made.dst = {0x20, 1, 0x0d, 0xb8};
	made.gateway = netlink::ip_from_string("fe80::1");
	made.oif = 2;
	made.metric = 1024;
	made.expires = expires;
	made.preference = 3;
	made.hops = {{2, 1, {10, 0, 0, 1}}, {3, 0, {}}};
	made.attributes = {0, 1, 0x7f, 0x80, 0xff};
	return made;
}

netlink::Neighbour neighbour() {
	netlink::Neighbour made;
	made.ifindex = 2;
	made.family = AF_INET;
	made.state = 2;
	made.dst = {10, 0, 0, 9};
	made.lladdr = {0x52, 0x54, 0, 0, 0, 9};
	made.vlan_id = 7;
	made.confirmed_s = 5;
	return made;
}

Snapshot everything() {
	Snapshot made;
	made.link.ifindex = 2;
	made.link.name = "eth0";
	made.link.mac = *MacAddress::parse("52:54:00:77:00:02");
	made.link.flags = 0x1043;
	made.link.carrier = true;
	made.link.mtu = 1400;
	made.link.txqlen = 500;
	made.link.group = 3;
	made.link.alias = "uplink \"north\"\n";
	made.link.altnames = {"enp1s0", "wan"};
	made.link.addr_gen_mode = 1;
	made.addresses = {address(1, Address::kForever, Address::kForever), address(2, 100, 20)};
	made.routes = {route({}), route(50)};
	made.advertised = {{route(60), 0x00400003}};
	made.neighbours = {neighbour()};
	made.sysctls = {{"ipv4/conf/%/rp_filter", "2", false}, {"ipv6/conf/%/mtu", "1400", true}};
	return made;
}

std::string text_of(const Snapshot &snapshot) {
	std::ostringstream out;
	write_record(out, snapshot, kTaken);
	return out.str();
}

Result<Snapshot> read(const std::string &text, std::chrono::nanoseconds now = kTaken) {
	std::istringstream in(text);
	return read_record(in, "record", now);
}

std::string why_not(const std::string &text, std::chrono::nanoseconds now = kTaken) {
	const auto result = read(text, now);
	REQUIRE_FALSE(result);
	return result.error().message;
}

} // namespace

TEST_CASE("a takeover's record holds all that is put back") {
	const Snapshot before = everything();
	const auto after = read(text_of(before));
	REQUIRE(after);
	CHECK(after->link == before.link);
	CHECK(after->addresses == before.addresses);
	CHECK(after->sysctls == before.sysctls);
	// Routes and neighbours have no comparison of their own: their text is compared.
	CHECK(text_of(*after) == text_of(before));
	REQUIRE(after->routes.size() == 2);
	CHECK(after->routes[1].attributes == before.routes[1].attributes);
	CHECK(after->routes[1].hops == before.routes[1].hops);
	CHECK_FALSE(after->routes[0].expires.has_value());
	REQUIRE(after->advertised.size() == 1);
	CHECK(after->advertised[0].rtf_flags == 0x00400003);
	REQUIRE(after->neighbours.size() == 1);
	CHECK(after->neighbours[0].vlan_id == 7);
	CHECK_FALSE(after->neighbours[0].ext_flags.has_value());
}

TEST_CASE("time passes for what a takeover's record holds") {
	SECTION("lifetimes go on") {
		const auto after = read(text_of(everything()), kTaken + 30s + 900ms);
		REQUIRE(after);
		REQUIRE(after->addresses.size() == 2);
		CHECK(after->addresses[0].valid_lifetime == Address::kForever);
		CHECK(after->addresses[1].valid_lifetime == 70);
		CHECK(after->addresses[1].preferred_lifetime == 0);
		CHECK(after->routes.at(1).expires == 20);
		CHECK(after->advertised.at(0).route.expires == 30);
		CHECK(after->neighbours.at(0).confirmed_s == 35);
	}
	SECTION("what has run out is not there") {
		const auto after = read(text_of(everything()), kTaken + 100s);
		REQUIRE(after);
		CHECK(after->addresses.size() == 1);
		CHECK(after->routes.size() == 1);
		CHECK(after->advertised.empty());
	}
	SECTION("it was not taken in the future") {
		CHECK(why_not(text_of(everything()), kTaken - 1s) == "record:1: it was taken in the future");
	}
}

TEST_CASE("what is wrong with a takeover's record is said with its place") {
	const std::string good = text_of(everything());
	const auto without_last_line = good.substr(0, good.rfind('\n', good.size() - 2) + 1);
	CHECK(why_not("") == "record:0: the end is missing");
	CHECK(why_not(without_last_line) == "record:10: the end is missing");
	CHECK(why_not(good + good) == "record:12: something after the end");
	CHECK(why_not("{\"link\":{}}\n") == "record:1: expected a takeover of format 1");
	CHECK(why_not("{\"takeover\":{\"format\":2}}\n") == "record:1: expected a takeover of format 1");
	const std::string begin = good.substr(0, good.find('\n') + 1);
	CHECK(why_not(begin + "[]\n") == "record:2: expected an object with one key");
	CHECK(why_not(begin + "{\"mood\":1}\n") == "record:2: \"mood\" is nothing that a takeover keeps");
	CHECK(why_not(begin + "{\"route\":{}}\n").starts_with("record:2: "));
	CHECK(why_not(begin + "{\"sysctl\":{\"path\":7,\"value\":\"\",\"is_default\":true}}\n")
		  .starts_with("record:2: "));
	CHECK(why_not(begin + "\xff\n").starts_with("record:2: "));
}

TEST_CASE("a takeover's record keeps names that are no text, and those that are") {
	Snapshot before = everything();
	before.link.name = "caf\xe9\x80\xff";
	before.link.alias = "caf\xc3\xa9 \xe2\x82\xac \x01\t";
	before.link.altnames = {"\xc3", "\xc2\xc3"};
	const auto after = read(text_of(before));
	REQUIRE(after);
	CHECK(after->link.name == before.link.name);
	CHECK(after->link.alias == before.link.alias);
	CHECK(after->link.altnames == before.link.altnames);
}

TEST_CASE("a takeover's record is a file that root alone reads") {
	const test::TempDir dir;
	const std::string path = dir / "takeover-0";
	REQUIRE(write_record(path, everything()));
	CHECK(std::filesystem::status(path).permissions() ==
	      (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
	const auto after = read_record(path);
	REQUIRE(after);
	CHECK(after->link.name == "eth0");
	CHECK(read_record(dir / "takeover-1").error().code == ENOENT);
	CHECK_FALSE(write_record(dir / "nowhere/takeover-0", everything()));
}
