// SPDX-License-Identifier: GPL-2.0-only
#include "base64.hpp"

#include <catch2/catch.hpp>

using failover::agent::base64_decode;
using failover::agent::base64_encode;

TEST_CASE("Base64 writes the vectors of RFC 4648 section 10 and reads them back") {
	const auto [bytes, text] = GENERATE(table<std::string, std::string>({{"", ""},
									     {"f", "Zg=="},
									     {"fo", "Zm8="},
									     {"foo", "Zm9v"},
									     {"foob", "Zm9vYg=="},
									     {"fooba", "Zm9vYmE="},
									     {"foobar", "Zm9vYmFy"}}));
	CHECK(base64_encode(bytes) == text);
	CHECK(base64_decode(text).value() == bytes);
}

TEST_CASE("Every byte survives base64, whatever its neighbours") {
	std::string all;
	for (int round = 0; round < 3; ++round) {
		for (int byte = 0; byte < 256; ++byte)
			all += static_cast<char>(byte);
		CHECK(base64_decode(base64_encode(all)).value() == all);
	}
}

TEST_CASE("What is not whole groups of the alphabet is refused with the place") {
	CHECK(base64_decode("Zm9").error().message == "base64: 3 characters, expected a multiple of 4");
	CHECK(base64_decode("Zm9vZ!==").error().message == "base64: character 5 is not of the alphabet");
	// Padding ends a text, it never stands within.
	CHECK(base64_decode("Zg==Zg==").error().message == "base64: character 2 is not of the alphabet");
	CHECK(base64_decode("Z===").error().message == "base64: character 1 is not of the alphabet");
}
