// SPDX-License-Identifier: GPL-2.0-only
#include "sync/filters.hpp"

#include "network/stack.hpp"

#include <algorithm>
#include <cerrno>

namespace failover {

namespace {

// The kernel opens a NIC's VLAN filter for VLAN devices on it and in no other way; frames never reach those.
Result<int> hold_vlan(Kernel &kernel, const Slave &slave, std::uint16_t vid) {
	const std::string name = fmt::format("v{}.{}", slave.ifindex, vid);
	auto known = kernel.hidden_route.link(name);
	if (known && !*known) {
		if (auto made = kernel.hidden_route.add_vlan(slave.ifindex, vid, name); !made)
			return tl::unexpected(made.error());
		known = kernel.hidden_route.link(name);
	}
	if (!known)
		return tl::unexpected(known.error());
	if (!*known)
		return fail(fmt::format("{} vanished", name));
	return (*known)->ifindex;
}

void sync_vlans(Kernel &kernel, const Master &master, Slave &slave, std::vector<std::string> &problems) {
	for (const auto vid : master.uppers.vlans) {
		if (slave.vlans.contains(vid))
			continue;
		if (auto held = hold_vlan(kernel, slave, vid))
			slave.vlans[vid] = *held;
		else
			problems.push_back(
			    fmt::format("VLAN {} may not pass by {}: {}", vid, slave.name, held.error().message));
	}
	std::erase_if(slave.vlans, [&](const auto &held) {
		return !master.uppers.vlans.contains(held.first) && kernel.hidden_route.delete_link(held.second);
	});
}

void sync_unicast(Kernel &kernel, const Master &master, Slave &slave, std::vector<std::string> &problems) {
	for (const auto &mac : master.uppers.unicast) {
		if (slave.unicast.contains(mac))
			continue;
		auto done = kernel.hidden_route.add_fdb_self(slave.ifindex, mac);
		if (done || done.error().code == EEXIST)
			slave.unicast.insert(mac);
		else
			problems.push_back(fmt::format("frames for {} may not pass by {}: {}", mac.to_string(),
						       slave.name, done.error().message));
	}
	std::erase_if(slave.unicast, [&](const MacAddress &mac) {
		return !master.uppers.unicast.contains(mac) && kernel.hidden_route.delete_fdb_self(slave.ifindex, mac);
	});
}

} // namespace

Uppers uppers_of(const Master &master, const std::vector<netlink::Link> &links) {
	Uppers uppers;
	for (const auto &level : stack_on(master.visible, links)) {
		if (!level.tags.empty())
			uppers.vlans.insert(level.tags.front().vid);
		const bool own_address = level.link->kind.starts_with("macv"); // macvlan, macvtap
		if (own_address && level.link->mac != master.mac)
			uppers.unicast.insert(level.link->mac);
	}
	return uppers;
}

bool others_behind(const Master &master, const std::vector<netlink::Link> &links) {
	return std::ranges::any_of(stack_on(master.visible, links), [&](const Level &level) {
		return level.link->master != 0 || level.link->mac != master.mac;
	});
}

std::vector<std::string> sync_filters(Kernel &kernel, Master &master) {
	std::vector<std::string> problems;
	for (auto &slave : master.slaves)
		if (slave && !slave->gone()) {
			sync_vlans(kernel, master, *slave, problems);
			sync_unicast(kernel, master, *slave, problems);
		}
	return problems;
}

} // namespace failover
