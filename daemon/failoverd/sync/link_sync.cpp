// SPDX-License-Identifier: GPL-2.0-only
#include "sync/link_sync.hpp"

#include "process/log.hpp"

#include <algorithm>

namespace failover {

namespace {

/// Also by a bridge, a capture, or addresses that the pair cannot filter.
bool is_promiscuous(const netlink::Link &link) {
	return link.promiscuity > 0;
}

Status change_slaves(Kernel &kernel, Master &master, const netlink::LinkChange &change,
		     const netlink::LinkChange &back) {
	std::vector<const Slave *> changed;
	for (const auto &slave : master.slaves) {
		if (!slave || slave->gone())
			continue;
		auto done = kernel.hidden_route.set_link(slave->ifindex, change);
		if (done) {
			changed.push_back(&*slave);
			continue;
		}
		for (const Slave *other : changed)
			(void)kernel.hidden_route.set_link(other->ifindex, back);
		(void)kernel.visible_route.set_link(master.visible, back);
		std::string asked;
		if (change.mtu)
			asked += fmt::format(" MTU {}", *change.mtu);
		if (change.mac)
			asked += fmt::format(" MAC {}", change.mac->to_string());
		return tl::unexpected(
		    std::move(done.error())
			.within(fmt::format("{} refuses{}, the master keeps what it had", slave->name, asked)));
	}
	return {};
}

void sync_promiscuity(Kernel &kernel, Master &master, bool on) {
	if (on == master.promisc)
		return;
	master.promisc = on;
	for (const auto &slave : master.slaves)
		if (slave && !slave->gone())
			if (auto done =
				kernel.hidden_route.set_link(slave->ifindex, netlink::LinkChange().set_promisc(on));
			    !done)
				log::warning("{}: {} hears its own address only: {}", master.name, slave->name,
					     done.error().message);
}

} // namespace

Status sync_with_master(Kernel &kernel, Master &master, const netlink::Link &link) {
	sync_promiscuity(kernel, master, is_promiscuous(link));

	netlink::LinkChange change, back;
	if (link.mtu != master.mtu) {
		change.mtu = link.mtu;
		back.mtu = master.mtu;
	}
	if (link.mac != master.mac) {
		change.mac = link.mac;
		back.mac = master.mac;
	}
	if (!change.mtu && !change.mac)
		return {};
	if (auto done = change_slaves(kernel, master, change, back); !done)
		return done;
	if (change.mtu)
		if (auto done = kernel.hidden_route.set_link(master.port, netlink::LinkChange{.mtu = change.mtu});
		    !done)
			log::warning("{}: {}", master.name, done.error().message);
	master.mtu = link.mtu;
	master.mac = link.mac;
	std::ranges::copy(link.mac.bytes(), kernel.maps.masters().at(master.index).mac);
	return {};
}

} // namespace failover
