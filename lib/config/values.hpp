// SPDX-License-Identifier: GPL-2.0-only
// From one node to one value of ours, or a problem that says what was expected.
#pragma once

#include "base/mac_address.hpp"
#include "config/problems.hpp"

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace failover::config {

/// One key with its value, and where to complain.
struct Item {
	const std::string &file;
	std::string_view key; ///< in full: "defaults.xdp"
	const Node &node;
	Problems &problems;

	/// Notes the problem; nothing, for `return item.refuse(..)` from any reader.
	std::nullopt_t refuse(std::string_view expected) const {
		problems.wrong_value({file, node.at}, key, node, expected);
		return std::nullopt;
	}
	/// The same key, an inner value of it.
	[[nodiscard]] Item inner(const Node &value) const { return {file, key, value, problems}; }
};

[[nodiscard]] std::optional<bool> read_bool(const Item &item);
/// `what` names the unit: "milliseconds".
[[nodiscard]] std::optional<std::int64_t> read_integer(const Item &item, std::int64_t least, std::int64_t most,
						       std::string_view what);
/// An address of one NIC.
[[nodiscard]] std::optional<MacAddress> read_mac(const Item &item);
[[nodiscard]] std::optional<std::vector<MacAddress>> read_macs(const Item &item);
/// 1 to 16 offsets, each later than the one before.
[[nodiscard]] std::optional<std::vector<std::chrono::milliseconds>> read_schedule(const Item &item);
/// What the kernel takes as a name of an interface (dev_valid_name(), net/core/dev.c), less '%', which it would
/// replace, and what is beyond ASCII, which udev and networkd do not take either.
[[nodiscard]] std::optional<std::string> read_interface_name(const Item &item);
[[nodiscard]] std::optional<std::string> read_driver(const Item &item);
[[nodiscard]] std::optional<std::string> read_bus_id(const Item &item);
/// The name of a slot; most are numbers, so a number is taken as well.
[[nodiscard]] std::optional<std::string> read_slot(const Item &item);

/// One word of a few.
template <typename Value>
[[nodiscard]] std::optional<Value> read_word(const Item &item,
					     std::initializer_list<std::pair<std::string_view, Value>> words) {
	std::string expected;
	const auto *text = std::get_if<std::string>(&item.node.value);
	for (const auto &[word, value] : words) {
		if (text && *text == word)
			return value;
		expected += (expected.empty() ? "" : " or ") + quote(word);
	}
	return item.refuse(expected);
}

} // namespace failover::config
