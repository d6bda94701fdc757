// SPDX-License-Identifier: GPL-2.0-only
#include "pattern.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace failover::traffic {

namespace {

// splitmix64 (Steele, Lea, Flood 2014): every bit of the output depends on every bit of the counter.
std::uint64_t mix(std::uint64_t x) {
	x += 0x9e3779b97f4a7c15;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

} // namespace

void Pattern::fill(std::uint64_t position, std::span<std::byte> out) const {
	std::size_t done = 0;
	while (done < out.size()) {
		const std::uint64_t at = position + done;
		const std::uint64_t word = mix(seed_ ^ (at / sizeof(word)));
		const std::size_t skip = at % sizeof(word);
		const std::size_t size = std::min(sizeof(word) - skip, out.size() - done);
		std::memcpy(out.data() + done, reinterpret_cast<const std::byte *>(&word) + skip, size);
		done += size;
	}
}

std::size_t Pattern::mismatches(std::uint64_t position, std::span<const std::byte> bytes) const {
	std::size_t wrong = 0, done = 0;
	std::array<std::byte, 4096> expected;
	while (done < bytes.size()) {
		const std::size_t size = std::min(expected.size(), bytes.size() - done);
		fill(position + done, std::span(expected).first(size));
		if (std::memcmp(expected.data(), bytes.data() + done, size) != 0) {
			for (std::size_t i = 0; i < size; ++i)
				wrong += expected[i] != bytes[done + i];
		}
		done += size;
	}
	return wrong;
}

} // namespace failover::traffic
