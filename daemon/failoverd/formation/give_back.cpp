// SPDX-License-Identifier: GPL-2.0-only
#include "formation/give_back.hpp"

#include "base/places.hpp"
#include "formation/slave_setup.hpp"
#include "master/feature_memory.hpp"
#include "process/expedited_rcu.hpp"
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
	return placed.is_port() ? placed.link.name == port_name(placed.master)
				: placed.slot < FOM_MAX_SLAVES && is_slave_alias(placed.link.alias);
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

/// What it was before, without the master: the features are noted, its MAC is its own. What a standby has, the user
/// gave it.
Slave from_outside(const netlink::Link &link, fom_role role) {
	Slave slave;
	slave.ifindex = link.ifindex;
	slave.name = identity_of_hidden(link).name;
	slave.role = role;
	slave.features_before = recall_features(kRuntimeDir, link.ifindex);
	slave.mac = role == FOM_ROLE_PRIMARY && link.perm_mac ? *link.perm_mac : link.mac;
	return slave;
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

void give_back_nic(Kernel &kernel, const Placed &placed, const takeover::Snapshot *standby, const Slave *known,
		   Returned &returned) {
	const auto &link = placed.link;
	fom_slot &slot = kernel.maps.masters().at(placed.master).slots[placed.slot];
	// The standby is the first to come, and the table knows it only once it is ready.
	const auto role = known                        ? known->role
			  : slot.flags & FOM_SLOT_USED ? static_cast<fom_role>(slot.role)
			  : placed.slot == 0           ? FOM_ROLE_STANDBY
						       : FOM_ROLE_PRIMARY;
	std::atomic_ref(slot.flags).store(0);
	if (auto scope = kernel.enter_hidden())
		bpf::detach_all(link.ifindex);
	kernel.maps.remove_devices_at(static_cast<std::uint32_t>(link.ifindex));
	delete_vlans_on(kernel, link);
	const bool heir = standby && role == FOM_ROLE_STANDBY;
	Slave slave = known ? *known : from_outside(link, role);
	if (heir) { // it takes the master's place, with what users set there
		forget_features(link.ifindex);
		slave.mac = standby->link.mac;
	} else {
		restore_features(kernel, slave);
	}
	restore_link(kernel, slave, link.mac);
	const auto was = heir ? VisibleIdentity{standby->link.name, standby->link.ifindex} : identity_of_hidden(link);
	auto back = heir ? move_out(kernel, link.ifindex, was) : unhide_link(kernel, link.ifindex, was);
	returned.names.push_back(back ? back->name : was.name);
	if (!back) {
		log::error("{}", back.error().message);
		returned.whole = returned.whole && back.error().code == ENODEV;
	} else if (heir) {
		put_configuration(*standby, back->ifindex);
	}
}

const Slave *slave_at(const Master *master, const Placed &placed) {
	if (!master || !master->slaves[placed.slot])
		return nullptr;
	const Slave &slave = *master->slaves[placed.slot];
	return slave.ifindex == placed.link.ifindex ? &slave : nullptr;
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

Result<Returned> give_back_place(Kernel &kernel, unsigned index, const takeover::Snapshot *standby,
				 const Master *known) {
	[[maybe_unused]] const ExpeditedRcu quick;
	const auto placed = everything_placed(kernel);
	if (!placed)
		return tl::unexpected(placed.error());
	Returned returned;
	fom_master &entry = kernel.maps.masters().at(index);
	std::atomic_ref(entry.version).store(0);
	// The pair first: its visible end has the name, and the ifindex, that the standby gets.
	for (const auto &one : *placed)
		if (one.master == index && one.is_port())
			delete_pair(kernel, one.link);
	for (const auto &one : *placed)
		if (one.master == index && !one.is_port())
			give_back_nic(kernel, one, standby, slave_at(known, one), returned);
	if (standby)
		if (const auto bare = back_without_configuration(kernel, *standby))
			put_configuration(*standby, bare->ifindex);
	for (unsigned slot = 0; slot < FOM_MAX_SLAVES; ++slot) { // those that went by themselves
		std::atomic_ref(entry.slots[slot].flags).store(0);
		kernel.maps.remove_devices_at(FOM_PLACE(index, slot));
	}
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
		Returned returned;
		if (placed.is_port())
			delete_pair(kernel, placed.link);
		else
			give_back_nic(kernel, placed, nullptr, nullptr, returned);
	}
}

} // namespace failover
