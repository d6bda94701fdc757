// SPDX-License-Identifier: GPL-2.0-only
#include "option.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <linux/fom_abi.h>
#include <linux/netlink.h>

namespace failover::link_tool {

using netlink::Bytes;
using netlink::ByteSpan;

namespace {

constexpr std::array kMaster{
    Option{"chosen", IFLA_FOM_CHOSEN, 1},
    Option{"announce-rounds", IFLA_FOM_ANNOUNCE_ROUNDS, 1},
    Option{"failback", IFLA_FOM_FAILBACK, 1},
    Option{"updelay", IFLA_FOM_UPDELAY, 4},
    Option{"hold", IFLA_FOM_HOLD, 4},
    Option{"index", IFLA_FOM_INDEX, 4},
    Option{"active", IFLA_FOM_ACTIVE, 1},
    Option{"cause", IFLA_FOM_CAUSE, 1},
    Option{"switched-ns", IFLA_FOM_SWITCHED_NS, 8},
    Option{"switches", IFLA_FOM_SWITCHES, 8},
    Option{"last-from", IFLA_FOM_LAST_FROM, 1},
    Option{"doubted", IFLA_FOM_DOUBTED, 1},
    Option{"doubt", IFLA_FOM_DOUBT, 4},
};

constexpr std::array kSlave{
    Option{"role", IFLA_FOM_SLAVE_ROLE, 1},   Option{"rank", IFLA_FOM_SLAVE_RANK, 4},
    Option{"slot", IFLA_FOM_SLAVE_SLOT, 1},   Option{"flags", IFLA_FOM_SLAVE_FLAGS, 4},
    Option{"doubt", IFLA_FOM_SLAVE_DOUBT, 4}, Option{"doubted-ns", IFLA_FOM_SLAVE_DOUBTED_NS, 8},
};

constexpr std::size_t kWidest = 8;

template <typename T> bool parse(std::string_view text, T &number) {
	const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
	return error == std::errc() && end == text.data() + text.size();
}

Result<void> put_number(Bytes &bytes, const Option &option, std::string_view text) {
	const auto colon = text.find(':');
	std::uint64_t number = 0;
	std::size_t width = option.width;
	const bool valid = parse(text.substr(0, colon), number) &&
			   (colon == std::string_view::npos || parse(text.substr(colon + 1), width)) &&
			   width <= kWidest && (width == kWidest || number >> (8 * width) == 0);
	if (!valid)
		return fail(fmt::format("{} is no NUMBER or NUMBER:WIDTH that fits {}", text, option.word));
	std::array<std::uint8_t, kWidest> payload{}; // of this machine, which is the kernel's: little-endian
	std::memcpy(payload.data(), &number, sizeof(number));
	put(bytes, option.type, ByteSpan(payload).first(width));
	return {};
}

} // namespace

std::span<const Option> master_options() {
	return kMaster;
}

std::span<const Option> slave_options() {
	return kSlave;
}

void put(Bytes &bytes, int type, ByteSpan payload) {
	nlattr head{};
	head.nla_type = static_cast<std::uint16_t>(type);
	head.nla_len = static_cast<std::uint16_t>(NLA_HDRLEN + payload.size());
	const auto *raw = reinterpret_cast<const std::uint8_t *>(&head);
	bytes.insert(bytes.end(), raw, raw + sizeof(head));
	bytes.insert(bytes.end(), payload.begin(), payload.end());
	bytes.resize(NLA_ALIGN(bytes.size()));
}

Result<Bytes> attributes_of(std::span<const Option> options, std::span<char *const> words) {
	Bytes bytes;
	if (words.size() % 2 != 0)
		return fail(fmt::format("{} needs a value", words.back()));
	for (std::size_t at = 0; at < words.size(); at += 2) {
		const std::string_view word = words[at];
		const auto option = std::find_if(options.begin(), options.end(),
						 [&](const Option &candidate) { return candidate.word == word; });
		if (option == options.end())
			return fail(fmt::format("there is no option {}", word));
		if (auto ok = put_number(bytes, *option, words[at + 1]); !ok)
			return tl::unexpected(ok.error());
	}
	return bytes;
}

Result<nlohmann::json> json_of(std::span<const Option> options, const netlink::AttributeReader &attributes) {
	auto shown = nlohmann::json::object();
	for (const auto &option : options) {
		if (!attributes.has(option.type))
			continue;
		const ByteSpan payload = attributes.payload(option.type);
		if (payload.size() != option.width)
			return fail(
			    fmt::format("{} has {} bytes, expected {}", option.word, payload.size(), option.width));
		std::uint64_t number = 0;
		std::memcpy(&number, payload.data(), payload.size());
		shown[std::string(option.word)] = number;
	}
	return shown;
}

} // namespace failover::link_tool
