// SPDX-License-Identifier: GPL-2.0-only
#include "network/stack.hpp"

#include <algorithm>

namespace failover {

namespace {

/// The far end of a pair names its peer as the link below it, yet lies beside it.
bool is_pair(const netlink::Link &link) {
	return link.kind == "veth" || link.kind == "netkit";
}

bool lies_on(const netlink::Link &upper, const netlink::Link &lower) {
	if (upper.ifindex == lower.ifindex)
		return false;
	return lower.master == upper.ifindex ||
	       (upper.lower == lower.ifindex && !upper.link_netnsid && !is_pair(upper));
}

} // namespace

std::vector<Level> stack_on(int ifindex, const std::vector<netlink::Link> &links) {
	const auto ground = std::ranges::find(links, ifindex, &netlink::Link::ifindex);
	if (ground == links.end())
		return {};
	std::vector<Level> levels{{&*ground, {}}};
	for (std::size_t at = 0; at < levels.size(); ++at)
		for (const auto &link : links) {
			const bool known = std::ranges::find(levels, &link, &Level::link) != levels.end();
			if (known || !lies_on(link, *levels[at].link))
				continue;
			auto tags = levels[at].tags;
			if (link.vlan_id)
				tags.push_back({*link.vlan_id, link.vlan_protocol});
			levels.push_back({&link, std::move(tags)});
		}
	return levels;
}

} // namespace failover
