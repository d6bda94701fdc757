// SPDX-License-Identifier: GPL-2.0-only
// Options of the kernel module's masters and slaves as words of a command line, and as JSON.
#pragma once

#include "netlink/attribute_reader.hpp"

#include <nlohmann/json.hpp>
#include <span>

namespace failover::link_tool {

/// An attribute of fom_abi.h that holds a number.
struct Option {
	std::string_view word;
	int type;
	std::size_t width; ///< bytes
};

[[nodiscard]] std::span<const Option> master_options();
[[nodiscard]] std::span<const Option> slave_options();

/// "chosen 1 hold 20" as attributes in that order. A number may say its width, "chosen 1:4", and then has it, so that
/// the kernel can be given what no sane program would give it.
[[nodiscard]] Result<netlink::Bytes> attributes_of(std::span<const Option> options, std::span<char *const> words);

/// Every option that is there; what the kernel sends in another width than we know is an error.
[[nodiscard]] Result<nlohmann::json> json_of(std::span<const Option> options,
					     const netlink::AttributeReader &attributes);

/// Appends one attribute, padded.
void put(netlink::Bytes &bytes, int type, netlink::ByteSpan payload);

} // namespace failover::link_tool
