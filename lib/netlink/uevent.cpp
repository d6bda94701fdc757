// SPDX-License-Identifier: GPL-2.0-only
#include "netlink/uevent.hpp"

#include <algorithm>

namespace failover::netlink {

namespace {

constexpr std::size_t kMaxShown = 60; // of a wrong message, in the error text

/// Up to the next NUL; takes text and NUL off the front. Nothing when there is no NUL.
std::optional<std::string_view> take_string(std::string_view &rest) {
	const auto end = rest.find('\0');
	if (end == std::string_view::npos)
		return std::nullopt;
	const auto text = rest.substr(0, end);
	rest.remove_prefix(end + 1);
	return text;
}

/// For messages: other people's bytes never reach a terminal raw.
std::string shown(std::string_view text) {
	std::string out(text.substr(0, kMaxShown));
	std::ranges::replace_if(
	    out, [](unsigned char c) { return c < ' ' || c > '~'; }, '?');
	return out;
}

} // namespace

std::string Uevent::property(std::string_view key) const {
	const auto found = properties.find(key);
	return found == properties.end() ? std::string() : found->second;
}

Result<Uevent> parse_uevent(ByteSpan datagram) {
	std::string_view rest(reinterpret_cast<const char *>(datagram.data()), datagram.size());
	const auto header = take_string(rest);
	if (!header)
		return fail(fmt::format("uevent of {} bytes: header \"{}\" has no end, expected ACTION@DEVPATH and NUL",
					datagram.size(), shown(rest)));
	const auto at = header->find('@');
	if (at == 0 || at == std::string_view::npos || at + 1 >= header->size() || (*header)[at + 1] != '/')
		return fail(fmt::format("uevent header \"{}\", expected ACTION@/DEVPATH", shown(*header)));

	Uevent event;
	event.action = header->substr(0, at);
	event.devpath = header->substr(at + 1);
	while (!rest.empty()) {
		const std::size_t offset = datagram.size() - rest.size();
		const auto line = take_string(rest);
		if (!line)
			return fail(fmt::format("uevent {}: property at byte {} has no end", shown(*header), offset));
		const auto equals = line->find('=');
		if (equals == 0 || equals == std::string_view::npos)
			return fail(fmt::format("uevent {}: \"{}\" at byte {}, expected KEY=VALUE", shown(*header),
						shown(*line), offset));
		event.properties.insert_or_assign(std::string(line->substr(0, equals)),
						  std::string(line->substr(equals + 1)));
	}
	event.subsystem = event.property("SUBSYSTEM");
	return event;
}

} // namespace failover::netlink
