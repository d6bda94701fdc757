// SPDX-License-Identifier: GPL-2.0-only
#include "formation/slave_setup.hpp"

#include "base/places.hpp"
#include "master/udev_record.hpp"
#include "process/log.hpp"
#include "sync/features.hpp"
#include "sync/filters.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <linux/if_link.h>

namespace failover {

namespace {

constexpr std::string_view kPortPrefix = "port";

/// A name that is free in the hidden namespace: its own, else one made of its ifindex. Those of ports are for ports.
std::string hidden_name(Kernel &kernel, const netlink::Link &link) {
	auto taken = kernel.hidden_route.link(link.name);
	if (taken && !*taken && !link.name.starts_with(kPortPrefix))
		return link.name;
	for (int number = link.ifindex;; ++number) {
		std::string name = fmt::format("slave{}", number);
		taken = kernel.hidden_route.link(name);
		if (!taken || !*taken)
			return name;
	}
}

Status attach_programs(Kernel &kernel, const Master &master, Slave &slave) {
	auto scope = kernel.enter_hidden();
	if (!scope)
		return tl::unexpected(scope.error());
	// XDP before the device is opened: several VF drivers reset the link when it is attached to a running one.
	if (master.rule.settings.xdp == config::XdpMode::on) {
		auto attached = bpf::attach_xdp(kernel.programs.xdp(), slave.ifindex);
		slave.xdp = attached.has_value();
		if (!attached)
			log::warning("{}: no XDP on {}: {}", master.name, slave.name, attached.error().message);
	}
	auto hook = bpf::attach_rx(kernel.programs.rx(), slave.ifindex);
	if (!hook)
		return tl::unexpected(std::move(hook.error()).within(fmt::format("receive program on {}", slave.name)));
	return {};
}

Status configure_link(Kernel &kernel, const Master &master, Slave &slave) {
	// IPv6 is off in the hidden namespace; no address generation either, should somebody turn it on.
	netlink::LinkChange change;
	change.set_allmulti(true);
	change.set_promisc(master.promisc);
	if (slave.mac != master.mac)
		change.mac = master.mac;
	if (slave.mtu != master.mtu)
		change.mtu = master.mtu;
	if (auto done = kernel.hidden_route.set_link(slave.ifindex, change); !done)
		return tl::unexpected(std::move(done.error())
					  .within(fmt::format("{} does not take the master's MTU {} and MAC {}",
							      slave.name, master.mtu, master.mac.to_string())));
	// Frames merged by the NIC itself cannot be forwarded again; GRO gives the same without that harm.
	if (auto refused = kernel.hidden_ethtool.set_features(slave.ifindex, {{"rx-lro", false}}))
		for (const auto &refusal : *refused)
			log::debug("{}: {} stays: {}", slave.name, refusal.feature, refusal.reason);
	ready_features(kernel, master, slave);
	if (auto done = kernel.hidden_route.set_link(slave.ifindex, netlink::LinkChange().set_up()); !done)
		return tl::unexpected(std::move(done.error()).within(fmt::format("{} cannot be opened", slave.name)));
	return {};
}

/// For the kernel to choose one.
const std::string kAnyName = "eth%d";

/// By its alias, as a move that cannot give a link its name may have moved it all the same; by name without one.
Result<netlink::Link> link_with(netlink::RouteSocket &socket, const std::string &alias, const std::string &name) {
	auto links = socket.links();
	if (!links)
		return tl::unexpected(links.error());
	const auto found = std::ranges::find_if(
	    *links, [&](const netlink::Link &link) { return alias.empty() ? link.name == name : link.alias == alias; });
	if (found == links->end())
		return fail(fmt::format("{} is not there", name));
	return std::move(*found);
}

} // namespace

std::string port_name(unsigned master) {
	return fmt::format("{}{}", kPortPrefix, master);
}

VisibleIdentity identity_of_hidden(const netlink::Link &link) {
	return identity_before_hiding(link.alias, link.name);
}

Result<netlink::Link> hide_link(Kernel &kernel, const netlink::Link &link, std::uint32_t place) {
	const std::string name = hidden_name(kernel, link);
	// Its alias with the move, at once: it says that, and what for, the link is not where users see it.
	if (auto done = kernel.visible_route.move_link(link.ifindex, kernel.hidden.fd.get(),
						       name == link.name ? std::nullopt : std::optional(name),
						       static_cast<int>(place), slave_alias({link.name, link.ifindex}));
	    !done)
		return tl::unexpected(std::move(done.error()).within(fmt::format("hiding {}", link.name)));
	auto hidden = kernel.hidden_route.link(name);
	if (!hidden)
		return tl::unexpected(hidden.error());
	if (!*hidden)
		return fail(fmt::format("{} vanished while it was being hidden", link.name));
	return std::move(**hidden);
}

Result<netlink::Link> move_out(Kernel &kernel, int ifindex, const VisibleIdentity &was) {
	auto hidden = kernel.hidden_route.link(ifindex);
	if (!hidden)
		return tl::unexpected(hidden.error());
	if (!*hidden)
		return fail_errno(ENODEV, fmt::format("giving {} back", was.name));
	netlink::LinkChange plain;
	plain.set_allmulti(false).set_promisc(false).set_up(false);
	if (auto done = kernel.hidden_route.set_link(ifindex, plain); !done)
		log::debug("{}: {}", was.name, done.error().message);
	if (was.ifindex)
		if (auto taken = kernel.visible_route.link(was.ifindex); taken && !*taken)
			await_udev_removal(was.ifindex);
	const auto move = [&](const std::string &name, int new_ifindex) {
		return kernel.hidden_route.move_link(ifindex, kernel.visible_ns.get(), name,
						     new_ifindex ? std::optional(new_ifindex) : std::nullopt);
	};
	Status done = move(was.name, was.ifindex);
	if (!done && was.ifindex)
		done = move(was.name, 0);
	if (!done) // better by any name than not at all
		done = move(kAnyName, 0);
	auto link = link_with(kernel.visible_route, (*hidden)->alias, was.name);
	if (!link)
		return tl::unexpected(
		    std::move(done ? link.error() : done.error()).within(fmt::format("giving {} back", was.name)));
	if (link->name != was.name)
		log::error("{} comes back as {}: its name is another's by now", was.name, link->name);
	return link;
}

Result<netlink::Link> unhide_link(Kernel &kernel, int ifindex, const VisibleIdentity &was) {
	auto link = move_out(kernel, ifindex, was);
	if (!link)
		return link;
	set_alias(kernel, link->ifindex, "");
	link->alias.clear();
	return link;
}

void set_alias(Kernel &kernel, int visible_ifindex, const std::string &alias) {
	netlink::LinkChange change;
	change.alias = alias;
	if (auto done = kernel.visible_route.set_link(visible_ifindex, change); !done)
		log::debug("{}", done.error().message);
}

void restore_link(Kernel &kernel, const Slave &slave, const MacAddress &given) {
	if (slave.mac == given || slave.mac.is_zero())
		return;
	// Many drivers take an address only while closed.
	netlink::LinkChange own;
	own.mac = slave.mac;
	(void)kernel.hidden_route.set_link(slave.ifindex, netlink::LinkChange().set_up(false));
	if (auto done = kernel.hidden_route.set_link(slave.ifindex, own); !done)
		log::warning("{}: its own address {} is not restored: {}", slave.name, slave.mac.to_string(),
			     done.error().message);
}

Status ready_slave(Kernel &kernel, Master &master, model::Slot slot, Slave slave) {
	fom_slot &entry = kernel.maps.masters().at(master.index).slots[slot];
	std::atomic_ref(entry.flags).store(FOM_SLOT_USED);
	entry.ifindex = static_cast<std::uint32_t>(slave.ifindex);
	entry.netdev = 0;
	entry.role = static_cast<std::uint8_t>(slave.role);
	entry.rank = rank_of(slave.role);
	entry.early = 0;

	Status done = attach_programs(kernel, master, slave);
	entry.early = slave.xdp;
	if (done)
		done = configure_link(kernel, master, slave);
	if (done && !slave.bus.empty())
		done = kernel.maps.set_device(slave.bus, entry.ifindex);
	if (!done) {
		std::atomic_ref(entry.flags).store(0);
		if (auto scope = kernel.enter_hidden())
			bpf::detach_all(slave.ifindex);
		return done;
	}
	if (auto link = kernel.hidden_route.link(slave.ifindex); link && *link) {
		slave.carrier = (*link)->carries();
		slave.up = (*link)->flags & IFF_UP;
		slave.mtu = (*link)->mtu;
	}
	master.slaves[slot] = std::move(slave);
	std::atomic_ref(entry.flags).store(FOM_SLOT_USED | FOM_SLOT_READY);
	for (const auto &problem : sync_filters(kernel, master))
		log::warning("{}", problem);
	return {};
}

} // namespace failover
