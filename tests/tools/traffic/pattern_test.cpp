// SPDX-License-Identifier: GPL-2.0-only
#include "pattern.hpp"

#include <catch2/catch.hpp>
#include <vector>

using failover::traffic::Pattern;

TEST_CASE("A stream read in pieces of any size and alignment matches the stream written") {
	const Pattern pattern(1);
	std::vector<std::byte> stream(20'011);
	pattern.fill(0, stream);
	for (std::size_t piece : {1, 7, 8, 13, 4096, 5000}) {
		for (std::size_t at = 0; at < stream.size(); at += piece) {
			const auto bytes = std::span(stream).subspan(at, std::min(piece, stream.size() - at));
			REQUIRE(pattern.mismatches(at, bytes) == 0);
		}
	}
}

TEST_CASE("A changed byte, a missing byte and the other direction's bytes are all noticed") {
	const Pattern pattern(1);
	std::vector<std::byte> stream(9'000);
	pattern.fill(0, stream);
	stream[8'191] ^= std::byte{1};
	CHECK(pattern.mismatches(0, stream) == 1);
	stream[8'191] ^= std::byte{1};
	CHECK(pattern.mismatches(0, std::span<const std::byte>(stream).subspan(1)) > 8'900);
	CHECK(Pattern(2).mismatches(0, stream) > 8'900);
}
