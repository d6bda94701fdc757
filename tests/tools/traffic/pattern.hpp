// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace failover::traffic {

/// Pseudo-random bytes addressed by position: a byte that is missing, doubled, moved or changed anywhere in a stream
/// shows at once. Each direction has its own seed, so that an echo is not taken for the other side's data.
class Pattern {
public:
	explicit constexpr Pattern(std::uint64_t seed) : seed_(seed) {}

	void fill(std::uint64_t position, std::span<std::byte> out) const;
	/// How many bytes differ from what belongs at `position`.
	[[nodiscard]] std::size_t mismatches(std::uint64_t position, std::span<const std::byte> bytes) const;

private:
	std::uint64_t seed_;
};

} // namespace failover::traffic
