// SPDX-License-Identifier: GPL-2.0-only
#include "config/document.hpp"

#include <catch2/catch.hpp>

using namespace failover::config;
using Catch::Matchers::Contains;

namespace {

const Entry &entry(const Node &node, std::string_view key) {
	for (const auto &candidate : std::get<Table>(node.value))
		if (candidate.key == key)
			return candidate;
	throw std::out_of_range(std::string(key));
}

} // namespace

TEST_CASE("Every kind of value arrives with its place") {
	const auto document = read_document("a = 1\n"
					    "b = true\n"
					    "\n"
					    "[c]\n"
					    "  d = \"text\"\n"
					    "  e = [1.5, 2020-01-01]\n");
	REQUIRE(document);
	CHECK(std::get<std::int64_t>(entry(*document, "a").value.value) == 1);
	CHECK(entry(*document, "a").value.at == Position{1, 5});
	CHECK(std::get<bool>(entry(*document, "b").value.value));
	CHECK(entry(*document, "b").at == Position{2, 1});
	const auto &c = entry(*document, "c").value;
	CHECK(std::get<std::string>(entry(c, "d").value.value) == "text");
	CHECK(entry(c, "d").at == Position{5, 3});
	const auto &e = std::get<Array>(entry(c, "e").value.value);
	REQUIRE(e.size() == 2);
	CHECK(std::get<double>(e[0].value) == 1.5);
	CHECK(std::holds_alternative<Moment>(e[1].value));
	CHECK(e[1].at == Position{6, 13});
}

TEST_CASE("What is not TOML is refused where it goes wrong") {
	const auto refused = read_document("a = 1\nb = [1,\nc");
	REQUIRE_FALSE(refused);
	CHECK(refused.error().at.line == 3);
	CHECK_THAT(refused.error().text, Contains("not TOML: in value"));
	for (const auto *header : {"[[!", "[[!a]]", "[[[1]]]", "[[[]", "[[=", "[&", "[!]", "[[", "["})
		CHECK_THAT(read_document(header).error().text,
			   Contains("not TOML: in table header") || Contains("not TOML: in key"));
	CHECK_FALSE(read_document("a = \"\xff\""));
	CHECK_FALSE(read_document(std::string_view("a\0 = 1", 6)));
}

TEST_CASE("A text that nests without end is refused before it costs the stack") {
	std::string dots = "a";
	for (int i = 0; i < 200'000; ++i)
		dots += ".a";
	for (const auto &text :
	     {dots + " = 1", "\n\n[" + dots + "]", "'\\'." + dots + " = 1", "a = \"\\\\\"\n" + dots}) {
		const auto refused = read_document(text);
		REQUIRE_FALSE(refused);
		CHECK_THAT(refused.error().text, Contains("more than 32 dots"));
	}
	CHECK(read_document("\n\n[" + dots + "]").error().at == Position{3, 67});
	CHECK_FALSE(read_document("a = " + std::string(10'000, '[')));
}

TEST_CASE("Dots in strings and comments are no nesting") {
	const std::string dots(100, '.');
	for (const auto &text : {"# " + dots, "a = \"" + dots + "\"", "a = '" + dots + "'", "a = \"\\\"" + dots + "\"",
				 "a = ''\n# " + dots, "'" + dots + "' = 1"})
		CHECK(read_document(text));
	// 20 on each of two lines are not 40.
	const std::string key = "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a = 1\n";
	CHECK(read_document(key + "b." + key));
}

TEST_CASE("Characters beyond ASCII stand in comments only") {
	const auto taken = read_document("\xef\xbb\xbf# \xc3\xa4\na = \"\\u00e4\" # \xc3\xa4 \"\n");
	REQUIRE(taken);
	CHECK(std::get<std::string>(entry(*taken, "a").value.value) == "\xc3\xa4");
	CHECK(read_document("a = '\\' # '\xc3\xa4")); // no escapes in single quotes
	const auto refused = read_document("a = 1\nb = '\xc3\xa4'\n");
	REQUIRE_FALSE(refused);
	CHECK(refused.error().at == Position{2, 6});
	for (const auto *text :
	     {"\xc3\xa4 = 1", "x\xc3\xa4 = 1", "a = 1\xc3\xa4", "[\xc3\xa4]", "[a]\xc3\xa4", "a = ''\xc3\xa4",
	      "a = \"\n\xc3\xa4\"", "a = '\\'\xc3\xa4", "\xef\xbb\xbf\xef\xbb\xbf", "a = \"\\\xff\"",
	      "a = \"\\\xc3\xa4\"", "a = -x'\xc3\xa4", "a = \"# \xc3\xa4\"", "a = \"\\\"# \xc3\xa4\""})
		CHECK_THAT(read_document(text).error().text, Contains("beyond ASCII"));
}

TEST_CASE("Strings of several lines are refused") {
	for (const auto *text : {"a = \"\"\"x\"\"\"", "a = '''x'''", "a = ''''", "a = \"\"\"\\\n\xc3\xa4\"\"\""}) {
		const auto refused = read_document(text);
		REQUIRE_FALSE(refused);
		CHECK(refused.error().at == Position{1, 5});
		CHECK_THAT(refused.error().text, Contains("string of several lines"));
	}
	CHECK(read_document("a = \"\"\nb = ''\n"));
}

TEST_CASE("A file larger than any configuration is refused") {
	CHECK_THAT(read_document(std::string(kMaxFileSize + 1, '\n')).error().text, Contains("expected at most"));
	CHECK(read_document(std::string(kMaxFileSize, '\n')));
}
