// SPDX-License-Identifier: GPL-2.0-only
#include "formation/give_back.hpp"

#include "base/places.hpp"
#include "formation/slave_setup.hpp"
#include "master/feature_memory.hpp"
#include "process/log.hpp"
#include "sync/features.hpp"
#include "takeover/apply.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>

namespace failover {

namespace {

/// A link in a place of ours in the hidden namespace.
struct Placed {
	netlink::Link link;
	unsigned master, slot;

	[[nodiscard]] bool is_port() const { return slot == FOM_PLACE_PORT; }
};

/// What net_failover's modules keep there bears no alias of ours.
bool is_ours(const Placed &placed) {
	return placed.is_port() ? placed.link.name == port_name(placed.master) : is_slave_alias(placed.link.alias);
}

Result<std::vector<Placed>> everything_placed(Kernel &kernel) {
	std::vector<Placed> found;
	auto links = kernel.hidden_route.links();
	if (!links)
		return tl::unexpected(links.error());
	for (auto &link : *links) {
		const auto place = static_cast<std::uint32_t>(link.ifindex);
		if (place < FOM_PLACE_BASE || FOM_PLACE_MASTER(place) >= FOM_MAX_MASTERS)
			continue;
		Placed placed{std::move(link), FOM_PLACE_MASTER(place), FOM_PLACE_SLOT(place)};
		if (is_ours(placed))
			found.push_back(std::move(placed));
	}
	return found;
}

void delete_pair(Kernel &kernel, const netlink::Link &port) {
	if (auto scope = kernel.enter_hidden())
		bpf::detach_all(port.ifindex);
	if (auto done = kernel.hidden_route.delete_link(port.ifindex); !done)
		log::error("{}", done.error().message);
}

void delete_vlans_on(Kernel &kernel, const netlink::Link &nic) {
	if (auto links = kernel.hidden_route.links())
		for (const auto &link : *links)
			if (link.kind == "vlan" && link.lower == nic.ifindex)
				(void)kernel.hidden_route.delete_link(link.ifindex);
}

/// A primary that was given the master's MAC has its own again; what a standby has, the user gave it. Offloads that
/// followed the master's are its own again as well.
void restore(Kernel &kernel, const netlink::Link &link, fom_role role) {
	Slave slave;
	slave.ifindex = link.ifindex;
	slave.name = identity_of_hidden(link).name;
	slave.role = role;
	slave.features_before = recall_features(kRuntimeDir, link.ifindex);
	restore_features(kernel, slave);
	if (role == FOM_ROLE_PRIMARY && link.perm_mac) {
		slave.mac = *link.perm_mac;
		restore_link(kernel, slave, link.mac);
	}
}

void put_configuration(const takeover::Snapshot &snapshot, int ifindex) {
	for (const auto &failure : takeover::apply_all(snapshot, ifindex).failures)
		log::error("{}: {}", snapshot.link.name, failure);
}

/// A standby that came back before, under whatever name, and still bears our alias: the last thing that its
/// configuration takes away.
std::optional<netlink::Link> back_without_configuration(Kernel &kernel, const takeover::Snapshot &snapshot) {
	auto links = kernel.visible_route.links();
	if (!links)
		return std::nullopt;
	const VisibleIdentity was{snapshot.link.name, snapshot.link.ifindex};
	const auto found = std::ranges::find_if(*links, [&](const netlink::Link &link) {
		return link.alias == slave_alias(was) || (is_slave_alias(link.alias) && link.name == was.name);
	});
	return found == links->end() ? std::nullopt : std::optional(std::move(*found));
}

bool give_back_nic(Kernel &kernel, const Placed &placed, const takeover::Snapshot *standby) {
	const auto &link = placed.link;
	fom_slot &slot = kernel.maps.masters().at(placed.master).slots[placed.slot];
	// The standby is the first to come, and the table knows it only once it is ready.
	const auto role = slot.flags & FOM_SLOT_USED ? static_cast<fom_role>(slot.role)
			  : placed.slot == 0         ? FOM_ROLE_STANDBY
						     : FOM_ROLE_PRIMARY;
	std::atomic_ref(slot.flags).store(0);
	if (auto scope = kernel.enter_hidden())
		bpf::detach_all(link.ifindex);
	kernel.maps.remove_devices_at(static_cast<std::uint32_t>(link.ifindex));
	delete_vlans_on(kernel, link);
	const bool heir = standby && role == FOM_ROLE_STANDBY;
	if (heir)
		forget_features(link.ifindex); // it takes the master's place, with what users set there
	else
		restore(kernel, link, role);
	auto back = heir ? move_out(kernel, link.ifindex, {standby->link.name, standby->link.ifindex})
			 : unhide_link(kernel, link.ifindex, identity_of_hidden(link));
	if (!back) {
		log::error("{}", back.error().message);
		return back.error().code == ENODEV;
	}
	if (heir)
		put_configuration(*standby, back->ifindex);
	return true;
}

bool belongs(Kernel &kernel, const Placed &placed) {
	if (!kernel.maps.masters().used(placed.master))
		return false;
	const fom_master &entry = kernel.maps.masters().at(placed.master);
	if (entry.version != FOM_ABI_VERSION)
		return true; // who knows what of it
	const auto ifindex = static_cast<std::uint32_t>(placed.link.ifindex);
	if (placed.is_port())
		return entry.port == ifindex;
	const fom_slot &slot = entry.slots[placed.slot];
	return slot.flags & FOM_SLOT_USED && slot.ifindex == ifindex;
}

} // namespace

Returned give_back_place(Kernel &kernel, unsigned index, const takeover::Snapshot *standby) {
	const auto placed = everything_placed(kernel);
	if (!placed) {
		log::error("{}", placed.error().message);
		return Returned::hidden;
	}
	fom_master &entry = kernel.maps.masters().at(index);
	std::atomic_ref(entry.version).store(0);
	// The pair first: its visible end has the name that the standby gets.
	for (const auto &one : *placed)
		if (one.master == index && one.is_port())
			delete_pair(kernel, one.link);
	auto returned = Returned::whole;
	for (const auto &one : *placed)
		if (one.master == index && !one.is_port() && !give_back_nic(kernel, one, standby))
			returned = Returned::hidden;
	if (standby)
		if (const auto bare = back_without_configuration(kernel, *standby))
			put_configuration(*standby, bare->ifindex);
	for (auto &slot : entry.slots) // of those that went by themselves
		std::atomic_ref(slot.flags).store(0);
	return returned;
}

void give_back_strays(Kernel &kernel) {
	const auto all = everything_placed(kernel);
	if (!all)
		return log::error("{}", all.error().message);
	for (const auto &placed : *all) {
		if (belongs(kernel, placed))
			continue;
		log::notice("{} was left half-way, and is given back", placed.link.name);
		if (placed.is_port())
			delete_pair(kernel, placed.link);
		else
			(void)give_back_nic(kernel, placed, nullptr);
	}
}

} // namespace failover
