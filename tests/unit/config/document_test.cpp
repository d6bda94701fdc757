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
	CHECK_FALSE(read_document("a = \"\xff\""));
	CHECK_FALSE(read_document(std::string_view("a\0 = 1", 6)));
}

TEST_CASE("A text that nests without end is refused before it costs the stack") {
	std::string dots = "a";
	for (int i = 0; i < 200'000; ++i)
		dots += ".a";
	for (const auto &text : {dots + " = 1", "\n\n[" + dots + "]", "a = ''''x'''', b." + dots + " = 1"}) {
		const auto refused = read_document(text);
		REQUIRE_FALSE(refused);
		CHECK_THAT(refused.error().text, Contains("more than 32 dots"));
	}
	CHECK(read_document("\n\n[" + dots + "]").error().at.line == 3);
	CHECK_FALSE(read_document("a = " + std::string(10'000, '[')));
}

TEST_CASE("Dots in strings and comments are no nesting") {
	const std::string dots(100, '.');
	for (const auto &text : {"# " + dots, "a = \"" + dots + "\"", "a = '" + dots + "'", "a = \"\\\"" + dots + "\"",
				 "a = \"\"\"\n\"" + dots + "\n\"\"\"", "a = '''" + dots + "'''", "a = \"\"\n# " + dots})
		CHECK(read_document(text));
	// 20 on each of two lines are not 40.
	CHECK(read_document(
	    "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a = 1\nb.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a = 1"));
}

TEST_CASE("A file larger than any configuration is refused") {
	CHECK_THAT(read_document(std::string(kMaxFileSize + 1, '\n')).error().text, Contains("expected at most"));
	CHECK(read_document(std::string(kMaxFileSize, '\n')));
}
