// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "config/document.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace failover::config {

/// A place somebody can open in an editor.
struct Place {
	std::string file;
	Position at;

	[[nodiscard]] std::string to_string() const;
};

/// Everything found wrong, so that one run of the editor mends it all.
class Problems {
public:
	void add(const Place &place, std::string_view text);
	/// A value that is not what its key takes.
	void wrong_value(const Place &place, std::string_view key, const Node &found, std::string_view expected);
	/// A key that does not exist among `known`.
	void unknown_key(const Place &place, std::string_view prefix, std::string_view key,
			 std::span<const std::string_view> known);

	[[nodiscard]] std::size_t count() const { return problems_.size(); }
	[[nodiscard]] bool empty() const { return problems_.empty(); }
	/// One line each, "file:line:column: text". Files in the order they were read, each from top to bottom; what
	/// lies in no file alone last.
	[[nodiscard]] std::string to_string() const;
	/// From here on problems belong to the next file.
	void next_file() { ++file_; }

private:
	struct Problem {
		unsigned file;
		Position at;
		std::string text;
	};
	std::vector<Problem> problems_;
	unsigned file_ = 0;
};

/// "the integer 5", "the string \"abc\"", "a table": what stands in a file, for people.
[[nodiscard]] std::string describe(const Node &node);

/// In double quotes, escaped as TOML's basic strings are.
[[nodiscard]] std::string quote(std::string_view text);

/// The known key that was probably meant, empty if none is near.
[[nodiscard]] std::string_view nearest(std::string_view key, std::span<const std::string_view> known);

} // namespace failover::config
