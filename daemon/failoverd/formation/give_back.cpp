// SPDX-License-Identifier: GPL-2.0-only
#include "formation/give_back.hpp"

#include "formation/slave_setup.hpp"
#include "master/feature_memory.hpp"
#include "process/log.hpp"
#include "sync/features.hpp"
#include "takeover/apply.hpp"

#include <atomic>

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
	const auto &link = placed.link;
	return placed.is_port() ? link.kind == "netkit" || link.kind == "veth"
				: link.alias == slave_alias(identity_of_hidden(link));
}

std::vector<Placed> everything_placed(Kernel &kernel) {
	std::vector<Placed> found;
	auto links = kernel.hidden_route.links();
	if (!links) {
		log::error("{}", links.error().message);
		return found;
	}
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

void give_back_nic(Kernel &kernel, const Placed &placed, const std::optional<VisibleIdentity> &standby) {
	const auto &link = placed.link;
	fom_slot &slot = kernel.maps.masters().at(placed.master).slots[placed.slot];
	// The standby is the first to come, and the table knows it only once it is ready.
	const auto role = slot.flags & FOM_SLOT_USED ? static_cast<fom_role>(slot.role)
			  : placed.slot == 0         ? FOM_ROLE_STANDBY
						     : FOM_ROLE_PRIMARY;
	std::atomic_ref(slot.flags).store(0);
	if (auto scope = kernel.enter_hidden())
		bpf::detach_all(link.ifindex);
	delete_vlans_on(kernel, link);
	restore(kernel, link, role);
	const bool heir = standby && role == FOM_ROLE_STANDBY;
	if (auto back = unhide_link(kernel, link.ifindex, heir ? *standby : identity_of_hidden(link)); !back)
		log::error("{}", back.error().message);
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

void give_back_place(Kernel &kernel, unsigned index, const std::optional<VisibleIdentity> &standby) {
	fom_master &entry = kernel.maps.masters().at(index);
	std::atomic_ref(entry.version).store(0);
	const auto placed = everything_placed(kernel);
	// The pair first: its visible end has the name that the standby gets.
	for (const auto &one : placed)
		if (one.master == index && one.is_port())
			if (auto done = kernel.hidden_route.delete_link(one.link.ifindex); !done)
				log::error("{}", done.error().message);
	for (const auto &one : placed)
		if (one.master == index && !one.is_port())
			give_back_nic(kernel, one, standby);
	for (auto &slot : entry.slots) // of those that went by themselves
		std::atomic_ref(slot.flags).store(0);
}

void give_back_strays(Kernel &kernel) {
	for (const auto &placed : everything_placed(kernel)) {
		if (belongs(kernel, placed))
			continue;
		log::notice("{} was left half-way, and is given back", placed.link.name);
		if (placed.is_port())
			(void)kernel.hidden_route.delete_link(placed.link.ifindex);
		else
			give_back_nic(kernel, placed, {});
	}
}

bool put_configuration(Kernel &kernel, const takeover::Snapshot &snapshot) {
	auto link = kernel.visible_route.link(snapshot.link.name);
	if (!link || !*link)
		return false;
	for (const auto &failure : takeover::apply_all(snapshot, (*link)->ifindex).failures)
		log::error("{}: {}", snapshot.link.name, failure);
	return true;
}

} // namespace failover
