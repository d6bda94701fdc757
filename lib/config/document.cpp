// SPDX-License-Identifier: GPL-2.0-only
#include "config/document.hpp"

#include <fmt/format.h>
#include <optional>
#include <string>

// The distribution's compiled library throws on errors. Its headers alone, compiled here without exceptions, live in
// another inline namespace (toml::noex), so that both can be in one process.
#undef TOML_HEADER_ONLY
#undef TOML_SHARED_LIB
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 16
#include <toml++/toml.h>

namespace failover::config {

namespace {

/// Dots outside of strings on one line. Each may open a table in a table, without any limit in the library, and the
/// tree of them is freed by recursion: a line of dots must not cost us the stack.
constexpr unsigned kMaxDots = 32;

/// Follows strings and comments as far as needed to know whether a dot is one of a dotted key.
class DotCounter {
public:
	explicit DotCounter(std::string_view text) : text_(text) {}

	/// The line with too many dots, if there is one.
	[[nodiscard]] std::optional<std::uint32_t> first_bad_line() {
		while (at_ < text_.size()) {
			const char c = text_[at_];
			if (c == '"' || c == '\'')
				skip_string(c);
			else if (c == '#')
				at_ = std::min(text_.find('\n', at_), text_.size());
			else
				step(c);
			if (dots_ > kMaxDots)
				return line_;
		}
		return std::nullopt;
	}

private:
	void step(char c) {
		++at_;
		if (c == '.')
			++dots_;
		if (c == '\n') {
			++line_;
			dots_ = 0;
		}
	}

	void skip_string(char quote) {
		const std::string triple(3, quote);
		const bool many_lines = text_.substr(at_, 3) == triple;
		at_ += many_lines ? 3 : 1;
		while (at_ < text_.size()) {
			const char c = text_[at_];
			if (c == '\n' && !many_lines)
				return; // not closed: the library will say so
			if (c == '\\' && quote == '"')
				++at_;
			else if (many_lines ? text_.substr(at_, 3) == triple : c == quote)
				return close_string(quote, many_lines);
			if (at_ < text_.size() && text_[at_] == '\n')
				++line_;
			++at_;
		}
	}

	/// Up to two quotes may stand before the closing three (TOML 1.0, "String").
	void close_string(char quote, bool many_lines) {
		at_ += many_lines ? 3 : 1;
		for (int i = 0; many_lines && i < 2 && at_ < text_.size() && text_[at_] == quote; ++i)
			++at_;
	}

	std::string_view text_;
	std::size_t at_ = 0;
	std::uint32_t line_ = 1;
	unsigned dots_ = 0;
};

/// Tables that only a dotted header implies have no place of their own.
Position position_of(const toml::source_region &source, Position otherwise) {
	if (source.begin.line == 0)
		return otherwise;
	return {static_cast<std::uint32_t>(source.begin.line), static_cast<std::uint32_t>(source.begin.column)};
}

Node convert(const toml::node &from, Position parent) {
	Node node{position_of(from.source(), parent), Moment{}};
	if (const auto *table = from.as_table()) {
		Table entries;
		for (const auto &[key, value] : *table) {
			const auto at = position_of(key.source(), node.at);
			entries.push_back({std::string(key.str()), at, convert(value, at)});
		}
		node.value = std::move(entries);
	} else if (const auto *array = from.as_array()) {
		Array elements;
		for (const auto &element : *array)
			elements.push_back(convert(element, node.at));
		node.value = std::move(elements);
	} else if (const auto *text = from.as_string()) {
		node.value = text->get();
	} else if (const auto *integer = from.as_integer()) {
		node.value = integer->get();
	} else if (const auto *number = from.as_floating_point()) {
		node.value = number->get();
	} else if (const auto *boolean = from.as_boolean()) {
		node.value = boolean->get();
	}
	return node;
}

std::string syntax_text(std::string_view description) {
	constexpr std::string_view kPrefix = "Error while parsing ";
	if (description.starts_with(kPrefix))
		return fmt::format("not TOML: in {}", description.substr(kPrefix.size()));
	return fmt::format("not TOML: {}", description);
}

} // namespace

tl::expected<Node, SyntaxError> read_document(std::string_view text) {
	if (text.size() > kMaxFileSize)
		return tl::unexpected(
		    SyntaxError{{}, fmt::format("{} bytes, expected at most {}", text.size(), kMaxFileSize)});
	if (const auto line = DotCounter(text).first_bad_line())
		return tl::unexpected(SyntaxError{
		    {*line, 1},
		    fmt::format("more than {} dots outside of strings, expected keys of a few parts", kMaxDots)});
	const auto parsed = toml::parse(text, std::string_view{});
	if (!parsed)
		return tl::unexpected(
		    SyntaxError{position_of(parsed.error().source(), {}), syntax_text(parsed.error().description())});
	return convert(parsed.table(), {});
}

} // namespace failover::config
