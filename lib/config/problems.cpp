// SPDX-License-Identifier: GPL-2.0-only
#include "config/problems.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace failover::config {

namespace {

/// Case does not count.
std::string folded(std::string_view text) {
	std::string out;
	for (const char c : text)
		out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
	return out;
}

/// Letters to insert, delete or replace to make one of the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
	std::vector<std::size_t> row(b.size() + 1);
	for (std::size_t j = 0; j <= b.size(); ++j)
		row[j] = j;
	for (std::size_t i = 1; i <= a.size(); ++i) {
		std::size_t diagonal = row[0];
		row[0] = i;
		for (std::size_t j = 1; j <= b.size(); ++j) {
			const auto replaced = diagonal + (a[i - 1] != b[j - 1]);
			diagonal = row[j];
			row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
		}
	}
	return row[b.size()];
}

/// Enough of a value to recognise it, never so much that it floods a log. Cuts between characters of UTF-8.
std::string shortened(std::string_view text) {
	constexpr std::size_t kMost = 60;
	if (text.size() <= kMost)
		return quote(text);
	auto end = kMost;
	while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
		--end;
	return quote(text.substr(0, end)) + "...";
}

struct Describe {
	std::string operator()(const Moment &) const { return "a date or time"; }
	std::string operator()(bool value) const { return value ? "the boolean true" : "the boolean false"; }
	std::string operator()(std::int64_t value) const { return fmt::format("the integer {}", value); }
	std::string operator()(double value) const { return fmt::format("the number {}", value); }
	std::string operator()(const std::string &value) const { return "the string " + shortened(value); }
	std::string operator()(const Array &value) const {
		return fmt::format("an array of {} value{}", value.size(), value.size() == 1 ? "" : "s");
	}
	std::string operator()(const Table &) const { return "a table"; }
};

} // namespace

std::string Place::to_string() const {
	return fmt::format("{}:{}:{}", file, at.line, at.column);
}

void Problems::add(const Place &place, std::string_view text) {
	problems_.push_back({file_, place.at, fmt::format("{}: {}", place.to_string(), text)});
}

void Problems::wrong_value(const Place &place, std::string_view key, const Node &found, std::string_view expected) {
	add(place, fmt::format("{}: found {}, expected {}", key, describe(found), expected));
}

void Problems::unknown_key(const Place &place, std::string_view prefix, std::string_view key,
			   std::span<const std::string_view> known) {
	const auto meant = nearest(key, known);
	const auto advice = meant.empty() ? fmt::format("expected one of: {}", fmt::join(known, ", "))
					  : fmt::format("did you mean {}?", quote(meant));
	add(place, fmt::format("{}unknown key {}, {}", prefix, shortened(key), advice));
}

std::string Problems::to_string() const {
	auto sorted = problems_;
	std::ranges::stable_sort(sorted, {},
				 [](const Problem &problem) { return std::pair(problem.file, problem.at); });
	std::vector<std::string_view> lines;
	for (const auto &problem : sorted)
		lines.push_back(problem.text);
	return fmt::format("{}", fmt::join(lines, "\n"));
}

std::string describe(const Node &node) {
	return std::visit(Describe{}, node.value);
}

std::string quote(std::string_view text) {
	std::string out = "\"";
	for (const char c : text) {
		if (c == '"' || c == '\\')
			out += fmt::format("\\{}", c);
		else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
			out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
		else
			out += c;
	}
	return out + "\"";
}

std::string_view nearest(std::string_view key, std::span<const std::string_view> known) {
	// A third of the letters wrong is another word; the cap keeps a long key of a hostile file cheap.
	constexpr std::size_t kLongest = 40;
	if (key.size() > kLongest)
		return {};
	std::string_view best;
	std::size_t best_distance = std::max<std::size_t>(1, key.size() / 3) + 1;
	for (const auto candidate : known) {
		const auto distance = edit_distance(folded(key), folded(candidate));
		if (distance < best_distance) {
			best = candidate;
			best_distance = distance;
		}
	}
	return best;
}

} // namespace failover::config
