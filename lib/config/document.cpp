// SPDX-License-Identifier: GPL-2.0-only
#include "config/document.hpp"

#include "config/text_check.hpp"

#include <fmt/format.h>
#include <string>

// The distribution's compiled library throws on errors. Its headers alone, compiled here without exceptions, live in
// another inline namespace (toml::noex), so that both can be in one process.
#undef TOML_HEADER_ONLY
#undef TOML_SHARED_LIB
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 16
// Some of its assertions fail on wrong input, "[[!" for one (marzer/tomlplusplus issue 294, pull request 301), although
// the code behind them reports it properly. They would end the process, or with NDEBUG be promises to the optimiser:
// they must be nothing at all.
#pragma push_macro("NDEBUG")
#undef NDEBUG
#define TOML_ASSERT(expr) static_assert(true)
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

namespace failover::config {

namespace {

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
	if (auto error = check_text(text))
		return tl::unexpected(std::move(*error));
	const auto parsed = toml::parse(text, std::string_view{});
	if (!parsed)
		return tl::unexpected(
		    SyntaxError{position_of(parsed.error().source(), {}), syntax_text(parsed.error().description())});
	return convert(parsed.table(), {});
}

} // namespace failover::config
