// SPDX-License-Identifier: GPL-2.0-only
#include "bpf/images.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <elf.h>
#include <vector>

using namespace failover::bpf;

namespace {

/// Where the file ends by its own account: libbpf's writer puts the section headers last.
std::size_t end_of(const Image &image) {
	Elf64_Ehdr header{};
	REQUIRE(image.size() >= sizeof(header));
	std::memcpy(&header, image.data(), sizeof(header));
	REQUIRE(std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0);
	return header.e_shoff + std::size_t{header.e_shnum} * header.e_shentsize;
}

} // namespace

TEST_CASE("Each BPF object is there from its first byte to its last") {
	for (const Image &image : images())
		CHECK(image.size() == end_of(image));
}

TEST_CASE("What is given back is there again when it is read") {
	std::vector<std::vector<std::byte>> before;
	for (const Image &image : images())
		before.emplace_back(image.begin(), image.end());
	const auto identity = images_identity();
	images_rest();
	for (std::size_t i = 0; i < before.size(); ++i)
		CHECK(std::equal(before[i].begin(), before[i].end(), images()[i].begin(), images()[i].end()));
	CHECK(images_identity() == identity);
	CHECK(identity.size() == 16);
}
