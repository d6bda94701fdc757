// SPDX-License-Identifier: GPL-2.0-only
#include "config/values.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <linux/fom_abi.h>
#include <linux/if.h>

namespace failover::config {

namespace {

constexpr std::size_t kMaxRounds = 16;
constexpr std::int64_t kMaxOffsetMs = 60'000;
constexpr std::size_t kMaxMacs = 1024;

/// ASCII only: what isalnum() says depends on the locale.
bool is_word(char c, std::string_view further) {
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       further.find(c) != std::string_view::npos;
}

bool consists_of(std::string_view text, std::string_view further) {
	return std::ranges::all_of(text, [&](char c) { return is_word(c, further); });
}

bool is_interface_name(std::string_view name) {
	if (name.empty() || name.size() >= IFNAMSIZ || name == "." || name == "..")
		return false;
	return std::ranges::none_of(name, [](char c) {
		const auto byte = static_cast<unsigned char>(c);
		return byte <= 0x20 || byte >= 0x7f || c == '/' || c == ':' || c == '%';
	});
}

/// "dddd:bb:dd.f" in hexadecimal, as the kernel names PCI functions; the domain may have more digits (VMD, Hyper-V).
bool is_pci_address(std::string_view id) {
	constexpr std::string_view kTail = ":bb:dd.f";
	if (id.size() < kTail.size() + 4)
		return false;
	const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
	const auto tail = id.substr(id.size() - kTail.size());
	for (std::size_t i = 0; i < kTail.size(); ++i)
		if (kTail[i] == ':' || kTail[i] == '.' ? tail[i] != kTail[i] : !is_hex(tail[i]))
			return false;
	return std::ranges::all_of(id.substr(0, id.size() - kTail.size()), is_hex);
}

} // namespace

std::optional<bool> read_bool(const Item &item) {
	if (const auto *value = std::get_if<bool>(&item.node.value))
		return *value;
	return item.refuse("true or false");
}

std::optional<std::int64_t> read_integer(const Item &item, std::int64_t least, std::int64_t most,
					 std::string_view what) {
	const auto *value = std::get_if<std::int64_t>(&item.node.value);
	if (value && *value >= least && *value <= most)
		return *value;
	return item.refuse(fmt::format("{} from {} to {}", what, least, most));
}

std::optional<MacAddress> read_mac(const Item &item) {
	const auto *text = std::get_if<std::string>(&item.node.value);
	const auto mac = text ? MacAddress::parse(*text) : std::nullopt;
	if (mac && !mac->is_zero() && !mac->is_multicast())
		return mac;
	return item.refuse("a unicast MAC address such as \"52:54:00:12:34:56\"");
}

std::optional<std::vector<MacAddress>> read_macs(const Item &item) {
	const auto *elements = std::get_if<Array>(&item.node.value);
	if (!elements || elements->size() > kMaxMacs)
		return item.refuse(fmt::format("an array of at most {} MAC addresses", kMaxMacs));
	std::vector<MacAddress> macs;
	for (const auto &element : *elements)
		if (const auto mac = read_mac(item.inner(element)))
			macs.push_back(*mac);
	if (macs.size() != elements->size())
		return std::nullopt;
	return macs;
}

std::optional<std::vector<std::chrono::milliseconds>> read_schedule(const Item &item) {
	const auto *elements = std::get_if<Array>(&item.node.value);
	if (!elements || elements->empty() || elements->size() > kMaxRounds)
		return item.refuse(fmt::format("an array of 1 to {} offsets in milliseconds", kMaxRounds));
	std::vector<std::chrono::milliseconds> offsets;
	std::int64_t least = 0;
	for (const auto &element : *elements) {
		const auto offset =
		    read_integer(item.inner(element), least, kMaxOffsetMs,
				 least == 0 ? "milliseconds" : "milliseconds later than the one before,");
		if (!offset)
			continue;
		offsets.emplace_back(*offset);
		least = *offset + 1;
	}
	if (offsets.size() != elements->size())
		return std::nullopt;
	return offsets;
}

std::optional<std::string> read_interface_name(const Item &item) {
	const auto *name = std::get_if<std::string>(&item.node.value);
	if (name && is_interface_name(*name))
		return *name;
	return item.refuse("an interface name: 1 to 15 ASCII characters without spaces, '/', ':' and '%'");
}

std::optional<std::string> read_driver(const Item &item) {
	constexpr std::size_t kMost = 63;
	const auto *name = std::get_if<std::string>(&item.node.value);
	if (name && !name->empty() && name->size() <= kMost && consists_of(*name, "_-"))
		return *name;
	return item.refuse("the name of a driver such as \"virtio_net\"");
}

std::optional<std::string> read_bus_id(const Item &item) {
	const auto *id = std::get_if<std::string>(&item.node.value);
	const bool good = id && !id->empty() && id->size() < FOM_BUS_ID_LEN && consists_of(*id, "_-.:") &&
			  (id->find(':') == std::string::npos || is_pci_address(*id));
	if (good)
		return *id;
	return item.refuse(
	    fmt::format("the device's name on its bus, at most {} bytes, such as \"0000:01:00.0\" or \"virtio0\"",
			FOM_BUS_ID_LEN - 1));
}

std::optional<std::string> read_slot(const Item &item) {
	constexpr std::size_t kMost = 31;
	constexpr std::int64_t kLargest = 0xffff'ffff; // _SUN is 32 bits (ACPI 6, 6.1.11)
	if (const auto *number = std::get_if<std::int64_t>(&item.node.value);
	    number && *number >= 0 && *number <= kLargest)
		return std::to_string(*number);
	const auto *name = std::get_if<std::string>(&item.node.value);
	if (name && !name->empty() && name->size() <= kMost && consists_of(*name, "_-."))
		return *name;
	return item.refuse("a slot's name as in /sys/bus/pci/slots, such as 3 or \"0-2\"");
}

} // namespace failover::config
