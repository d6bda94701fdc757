// SPDX-License-Identifier: GPL-2.0-only
#include "netlink/attribute_reader.hpp"
#include "netlink/request.hpp"

#include <catch2/catch.hpp>

#include <linux/netlink.h>

using namespace failover;
using namespace failover::netlink;

namespace {

Bytes bytes(std::initializer_list<int> values) {
	Bytes out;
	for (const int value : values)
		out.push_back(static_cast<std::uint8_t>(value));
	return out;
}

} // namespace

TEST_CASE("A run of attributes is read by type, whatever the order and the padding") {
	// type 2: one byte 0x2a and padding; type 1: four bytes, little endian on the wire of this machine's order
	const Bytes run = bytes({5, 0, 2, 0, 0x2a, 0, 0, 0, 8, 0, 1, 0, 0xff, 0xff, 0xff, 0xff});
	AttributeReader reader(run, "run");
	std::uint8_t small = 0;
	std::uint32_t big = 0;
	reader.read(2, small);
	reader.read(1, big);
	CHECK(reader.status().has_value());
	CHECK(small == 0x2a);
	CHECK(big == 0xffffffff);
}

TEST_CASE("An absent attribute leaves the value alone and is no error") {
	AttributeReader reader(Bytes{}, "empty");
	std::uint32_t value = 7;
	std::optional<std::uint16_t> maybe;
	reader.read(1, value);
	reader.read(2, maybe);
	CHECK(reader.status().has_value());
	CHECK(value == 7);
	CHECK_FALSE(maybe.has_value());
}

TEST_CASE("Malformed runs of attributes are refused with the place") {
	struct Case {
		const char *title;
		Bytes run;
		const char *expected;
	};
	const Case cases[] = {
	    {"shorter than a header", bytes({4, 0, 1}), "3 stray bytes"},
	    {"length below the header's own", bytes({3, 0, 1, 0}), "attribute 1 at byte 0 claims 3 bytes"},
	    {"length zero would loop for ever", bytes({0, 0, 1, 0, 0, 0, 0, 0}), "claims 0 bytes"},
	    {"length beyond the end", bytes({9, 0, 1, 0, 1, 2, 3, 4}), "claims 9 bytes, expected 4 to 8"},
	    {"a good one, then rubbish", bytes({4, 0, 1, 0, 255, 255, 2, 0}), "attribute 2 at byte 4"},
	    {"stray bytes at the end", bytes({4, 0, 1, 0, 9}), "1 stray bytes"},
	};
	for (const auto &[title, run, expected] : cases) {
		INFO(title);
		const AttributeReader reader(run, "run");
		REQUIRE_FALSE(reader.status().has_value());
		CHECK_THAT(reader.status().error().message, Catch::Contains(expected));
		CHECK_THAT(reader.status().error().message, Catch::StartsWith("run: "));
	}
}

TEST_CASE("A value shorter than its type is an error, a longer one is read as far as we know it") {
	const Bytes run = bytes({6, 0, 1, 0, 1, 2, 0, 0, 12, 0, 2, 0, 1, 0, 0, 0, 9, 9, 9, 9});
	AttributeReader reader(run, "run");
	std::uint32_t value = 0;
	reader.read(2, value);
	CHECK(reader.status().has_value());
	reader.read(1, value);
	REQUIRE_FALSE(reader.status().has_value());
	CHECK_THAT(reader.status().error().message, Catch::Contains("attribute 1 has 2 bytes, expected 4"));
}

TEST_CASE("A string needs no terminating NUL") {
	const Bytes run = bytes({7, 0, 1, 0, 'a', 'b', 'c', 0, 8, 0, 2, 0, 'd', 0, 'e', 0});
	AttributeReader reader(run, "run");
	std::string open, closed;
	reader.read(1, open);
	reader.read(2, closed);
	CHECK(open == "abc");
	CHECK(closed == "d");
}

TEST_CASE("A hardware address that is not six bytes long is no Ethernet address") {
	const Bytes run = bytes({8, 0, 1, 0, 1, 2, 3, 4, 10, 0, 2, 0, 1, 2, 3, 4, 5, 6, 0, 0});
	AttributeReader reader(run, "run");
	std::optional<MacAddress> four, six;
	reader.read(1, four);
	reader.read(2, six);
	CHECK_FALSE(four.has_value());
	REQUIRE(six.has_value());
	CHECK(six->to_string() == "01:02:03:04:05:06");
}

TEST_CASE("What a request writes a reader reads, nests and flags included") {
	Request request(1, 0);
	request.put_u32(1, 0x01020304).put(2, std::string_view("name"));
	request.nest(3, [](Request &outer) {
		outer.put_flag(4);
		outer.nest(5, [](Request &inner) { inner.put_u8(6, 7); });
	});
	AttributeReader reader(request.message(), 0, "request");
	std::uint32_t number = 0;
	std::string name;
	std::uint8_t deep = 0;
	reader.read(1, number);
	reader.read(2, name);
	AttributeReader outer = reader.nested(3);
	AttributeReader inner = outer.nested(5);
	inner.read(6, deep);
	CHECK(number == 0x01020304);
	CHECK(name == "name");
	CHECK(outer.has(4));
	CHECK(deep == 7);
	CHECK((request.message()->nlmsg_flags & NLM_F_REQUEST) != 0);
}

TEST_CASE("A request outgrows its first buffer") {
	Request request(1, 0);
	const Bytes big(3000, 0x5a);
	for (int i = 1; i <= 10; ++i)
		request.put(i, ByteSpan(big));
	AttributeReader reader(request.message(), 0, "request");
	CHECK(reader.status().has_value());
	CHECK(reader.all().size() == 10);
	CHECK(reader.payload(10).size() == big.size());
	CHECK(reader.payload(10).back() == 0x5a);
}
