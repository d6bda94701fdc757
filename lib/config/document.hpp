// SPDX-License-Identifier: GPL-2.0-only
// A TOML text as plain values with their places. Nothing else in the tree sees the TOML library.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

namespace failover::config {

/// Counted from 1, columns in characters.
struct Position {
	std::uint32_t line = 1;
	std::uint32_t column = 1;

	friend auto operator<=>(const Position &, const Position &) = default;
};

struct Node;
struct Entry;
using Array = std::vector<Node>;
using Table = std::vector<Entry>;

/// A date or time: TOML has them, we have no use for them.
struct Moment {};

struct Node {
	Position at;
	std::variant<Moment, bool, std::int64_t, double, std::string, Array, Table> value;
};

struct Entry {
	std::string key;
	Position at; ///< of the key
	Node value;
};

struct SyntaxError {
	Position at;
	std::string text;
};

/// Larger files are refused unread: 256 masters with every key take a tenth of it.
inline constexpr std::size_t kMaxFileSize = 1 << 20;

/// The node returned is a Table. check_text() says what is refused though it is TOML.
[[nodiscard]] tl::expected<Node, SyntaxError> read_document(std::string_view text);

} // namespace failover::config
