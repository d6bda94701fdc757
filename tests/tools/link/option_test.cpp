// SPDX-License-Identifier: GPL-2.0-only
#include "option.hpp"

#include <catch2/catch.hpp>
#include <linux/fom_abi.h>

using namespace failover;
using namespace failover::link_tool;
using netlink::AttributeReader;
using netlink::Bytes;

namespace {

Result<Bytes> attributes(std::span<const Option> options, std::vector<std::string> words) {
	std::vector<char *> pointers;
	for (auto &word : words)
		pointers.push_back(word.data());
	return attributes_of(options, pointers);
}

} // namespace

TEST_CASE("Each option of a master comes back as it was said") {
	for (const auto &option : master_options()) {
		const auto bytes = attributes(master_options(), {std::string(option.word), "7"});
		REQUIRE(bytes);
		const AttributeReader reader(*bytes, "test");
		CHECK(reader.payload(option.type).size() == option.width);
		CHECK(*json_of(master_options(), reader) == nlohmann::json{{option.word, 7}});
	}
}

TEST_CASE("A number has the width that was asked for, whatever the option's own") {
	const auto bytes = attributes(slave_options(), {"role", "1:4", "rank", "258:2", "slot", "0:0"});
	REQUIRE(bytes);
	const AttributeReader reader(*bytes, "test");
	CHECK(reader.payload(IFLA_FOM_SLAVE_ROLE).size() == 4);
	REQUIRE(reader.payload(IFLA_FOM_SLAVE_RANK).size() == 2);
	CHECK(reader.payload(IFLA_FOM_SLAVE_RANK)[0] == 2);
	CHECK(reader.payload(IFLA_FOM_SLAVE_RANK)[1] == 1);
	CHECK(reader.has(IFLA_FOM_SLAVE_SLOT));
	CHECK_FALSE(json_of(slave_options(), reader));
}

TEST_CASE("What is no option or no number is refused") {
	const std::vector<std::vector<std::string>> wrong{{"chosen"},        {"chosen", ""},    {"chosen", "x"},
							  {"chosen", "-1"},  {"chosen", "256"}, {"role", "1"},
							  {"chosen", "1:9"}, {"chosen", "1:"},  {"hold", "4294967296"}};
	for (const auto &words : wrong)
		CHECK_FALSE(attributes(master_options(), words));
}
