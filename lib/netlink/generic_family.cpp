// SPDX-License-Identifier: GPL-2.0-only
#include "netlink/generic_family.hpp"

#include <cerrno>
#include <linux/genetlink.h>

namespace failover::netlink {

Request generic_request(int family, std::uint8_t command, std::uint8_t version) {
	Request request(family, 0);
	request.header(genlmsghdr{.cmd = command, .version = version, .reserved = 0});
	return request;
}

Result<GenericFamily> parse_family(const nlmsghdr *message) {
	if (auto ok = check_message(message, {GENL_ID_CTRL}, sizeof(genlmsghdr), "family"); !ok)
		return tl::unexpected(std::move(ok.error()));
	AttributeReader attributes(message, sizeof(genlmsghdr), "family");
	GenericFamily family;
	attributes.read(CTRL_ATTR_FAMILY_ID, family.id);
	attributes.read(CTRL_ATTR_FAMILY_NAME, family.name);
	const AttributeReader groups = attributes.nested(CTRL_ATTR_MCAST_GROUPS);
	for (const Status &ok : {attributes.status(), groups.status()})
		if (!ok)
			return tl::unexpected(ok.error());
	for (const auto &[number, payload] : groups.all()) {
		AttributeReader group(payload, "multicast group");
		std::string name;
		std::uint32_t id = 0;
		group.read(CTRL_ATTR_MCAST_GRP_NAME, name);
		group.read(CTRL_ATTR_MCAST_GRP_ID, id);
		if (auto ok = group.status(); !ok)
			return tl::unexpected(std::move(ok.error()));
		family.groups[name] = id;
	}
	return family;
}

Result<std::optional<GenericFamily>> find_family(Channel &channel, const std::string &name) {
	std::optional<GenericFamily> found;
	Request request = generic_request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
	request.put(CTRL_ATTR_FAMILY_NAME, name);
	auto ok = channel.transact(request, fmt::format("looking for the kernel's netlink family {}", name),
				   [&found](const nlmsghdr *message) -> Status {
					   auto family = parse_family(message);
					   if (!family)
						   return tl::unexpected(std::move(family.error()));
					   found = std::move(*family);
					   return {};
				   });
	if (!ok && ok.error().code != ENOENT)
		return tl::unexpected(std::move(ok.error()));
	return found;
}

} // namespace failover::netlink
