// SPDX-License-Identifier: GPL-2.0-only
#include "control/codec.hpp"

#include <catch2/catch.hpp>
#include <cerrno>

using namespace failover::control;
using namespace std::string_literals;

TEST_CASE("A message is read whatever the pieces it arrives in", "[codec]") {
	const std::string wire = R"({"method":"io.failover.List"})"s + '\0' + R"({"a":"\u0000"})"s + '\0';
	const auto piece = GENERATE(range(1, 47));
	Decoder decoder;
	std::vector<Json> messages;
	for (std::size_t at = 0; at < wire.size(); at += static_cast<std::size_t>(piece)) {
		decoder.feed(std::string_view(wire).substr(at, static_cast<std::size_t>(piece)));
		for (;;) {
			auto message = decoder.next();
			REQUIRE(message);
			if (!*message)
				break;
			messages.push_back(**message);
		}
	}
	REQUIRE(messages.size() == 2);
	CHECK(messages[0] == Json{{"method", "io.failover.List"}});
	CHECK(messages[1]["a"] == std::string(1, '\0'));
	CHECK(decoder.pending() == 0);
}

TEST_CASE("Half a message is not a message and not an error", "[codec]") {
	Decoder decoder;
	decoder.feed(R"({"method":)");
	const auto message = decoder.next();
	REQUIRE(message);
	CHECK_FALSE(*message);
	CHECK(decoder.pending() == 10);
}

TEST_CASE("What is not a JSON object is refused and ends the stream", "[codec]") {
	struct Row {
		std::string wire;
		std::string error;
	};
	const auto row = GENERATE(values<Row>({
	    {"hello"s + '\0', "message is not JSON"},
	    {""s + '\0', "message is not JSON"},
	    {"{\"a\":1"s + '\0', "message is not JSON"},
	    {"{\"a\":\"\xff\"}"s + '\0', "message is not JSON"},
	    {"[1]"s + '\0', "message is a JSON array, an object was expected"},
	    {"7"s + '\0', "message is a JSON number, an object was expected"},
	}));
	Decoder decoder;
	decoder.feed(row.wire);
	auto message = decoder.next();
	REQUIRE_FALSE(message);
	CHECK(message.error().code == EBADMSG);
	CHECK(message.error().message == row.error);

	decoder.feed("{}\0"s);
	message = decoder.next();
	REQUIRE_FALSE(message);
	CHECK(message.error().message == row.error);
	CHECK(decoder.pending() == 0);
}

TEST_CASE("A message of the largest size is taken and one byte more is refused before its end is seen", "[codec]") {
	constexpr std::size_t kLimit = 64;
	const std::string frame = R"({"a":""})";
	const std::string largest = R"({"a":")"s + std::string(kLimit - frame.size(), 'x') + R"("})";
	REQUIRE(largest.size() == kLimit);

	Decoder decoder({.message_size = kLimit});
	decoder.feed(largest + '\0');
	const auto taken = decoder.next();
	REQUIRE(taken);
	REQUIRE(*taken);

	decoder.feed(std::string(kLimit, 'x'));
	REQUIRE(decoder.next());
	decoder.feed("x");
	const auto refused = decoder.next();
	REQUIRE_FALSE(refused);
	CHECK(refused.error().code == EMSGSIZE);
	CHECK(refused.error().message == "message is longer than 64 bytes");
}

TEST_CASE("Nesting deeper than the limit is refused, brackets inside of strings do not count", "[codec]") {
	Decoder decoder({.depth = 3});
	decoder.feed(R"({"a":[{"b":"[[[[\"[[["}]})"s + '\0');
	const auto taken = decoder.next();
	REQUIRE(taken);
	REQUIRE(*taken);

	decoder.feed(R"({"a":[{"b":[]}]})"s + '\0');
	const auto refused = decoder.next();
	REQUIRE_FALSE(refused);
	CHECK(refused.error().message == "message is nested 4 levels deep, at most 3 are taken");
}

TEST_CASE("Text that is not UTF-8 leaves as UTF-8", "[codec]") {
	const std::string wire = encode({{"name", "eth\xff"}});
	CHECK(wire == "{\"name\":\"eth\xef\xbf\xbd\"}"s + '\0');
}
