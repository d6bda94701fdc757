// SPDX-License-Identifier: GPL-2.0-only
#include "formation/adoption.hpp"

#include "announce/arp_frames.hpp"
#include "formation/interruption.hpp"
#include "master/pairing.hpp"
#include "master/table.hpp"
#include "network/announcer.hpp"
#include "process/log.hpp"
#include "takeover/sysctls.hpp"

#include <algorithm>
#include <atomic>
#include <set>

namespace failover {

namespace {

bool is_adopted(const fom_master &entry) {
	return entry.version == FOM_ABI_VERSION && entry.port == 0;
}

/// Of an earlier daemon.
std::optional<unsigned> known_index(const bpf::MasterTable &table, const netlink::Link &link) {
	for (unsigned index = 0; index < FOM_MAX_MASTERS; ++index)
		if (is_adopted(table.at(index)) && table.at(index).visible == static_cast<std::uint32_t>(link.ifindex))
			return index;
	return std::nullopt;
}

/// The slot that a slave has had since before the daemon started.
std::optional<model::Slot> known_slot(const fom_master &entry, const Nic &nic) {
	for (model::Slot slot = 0; slot < FOM_MAX_SLAVES; ++slot)
		if (entry.slots[slot].flags & FOM_SLOT_USED &&
		    entry.slots[slot].ifindex == static_cast<std::uint32_t>(nic.link.ifindex))
			return slot;
	return std::nullopt;
}

/// A slave has no addresses, but the kernel gives each NIC an fe80 one when it is opened: the same as the master's.
/// Where IPv6 is on, the value that turns it on again.
constexpr const char *kNoIpv6 = "ipv6/conf/%/disable_ipv6";

bool forbid_ipv6(const std::string &name) {
	const auto now = takeover::read_sysctls(name);
	if (std::ranges::none_of(now, [](const auto &one) { return one.path == kNoIpv6 && one.value == "0"; }))
		return false;
	for (const auto &problem : takeover::write_sysctls(name, {{kNoIpv6, "1"}}))
		log::debug("{}", problem);
	return true;
}

/// Everything of ours at the slave in this slot, whether it is still there or not.
void clear_slot(Kernel &kernel, unsigned index, model::Slot slot) {
	fom_slot &entry = kernel.maps.masters().at(index).slots[slot];
	std::atomic_ref(entry.flags).store(0);
	kernel.maps.remove_devices_at(FOM_PLACE(index, slot));
	bpf::detach_adopted(static_cast<int>(entry.ifindex));
	(void)kernel.maps.remove_adopted(static_cast<int>(entry.ifindex));
}

/// By itself net_failover uses the primary where that has a link; without us it takes nothing by the standby then. So
/// the fabric hears of the primary before the standby's programs go.
void return_to_primary(Kernel &kernel, fom_master &entry) {
	for (model::Slot slot = 0; slot < FOM_MAX_SLAVES; ++slot) {
		const fom_slot &place = entry.slots[slot];
		if (!(place.flags & FOM_SLOT_READY) || place.role != FOM_ROLE_PRIMARY || entry.active == slot)
			continue;
		auto link = kernel.visible_route.link(static_cast<int>(place.ifindex));
		if (!link || !*link || !(*link)->carries())
			continue;
		std::atomic_ref(entry.active).store(slot);
		auto sender = FrameSender::open();
		Status done = sender ? sender->send((*link)->ifindex, announce::rarp_frame({(*link)->mac, {}}))
				     : Status(tl::unexpected(sender.error()));
		if (!done)
			log::warning("{}", done.error().message);
		return;
	}
}

void clear_entry(Kernel &kernel, unsigned index) {
	fom_master &entry = kernel.maps.masters().at(index);
	return_to_primary(kernel, entry);
	for (model::Slot slot = 0; slot < FOM_MAX_SLAVES; ++slot)
		if (entry.slots[slot].flags & FOM_SLOT_USED)
			clear_slot(kernel, index, slot);
	bpf::detach_adopted(static_cast<int>(entry.visible));
	(void)kernel.maps.remove_adopted(static_cast<int>(entry.visible));
	std::atomic_ref(entry.version).store(0);
}

/// What it does at net_failover itself costs nothing to be without, but for a few frames at a replug.
void steer_master(Kernel &kernel, const Master &master) {
	Status done = fail("the kernel refused the program");
	if (kernel.programs.adopt_steer() >= 0)
		done = kernel.maps.set_adopted(master.visible, FOM_PLACE(master.index, FOM_PLACE_PORT));
	if (done)
		done = bpf::attach_adopted_master(kernel.programs.adopt_steer(), master.visible);
	if (!done)
		log::warning("{}: a primary that is not ready yet may lose frames: {}", master.name,
			     done.error().message);
}

} // namespace

fom_role role_in_net_failover(const Nic &nic) {
	return nic.paravirtual() ? FOM_ROLE_STANDBY : FOM_ROLE_PRIMARY;
}

std::vector<NetFailover> find_net_failovers(const std::vector<netlink::Link> &links, netlink::EthtoolSocket &ethtool) {
	std::set<int> uppers;
	for (const auto &link : links)
		if (link.master != 0)
			uppers.insert(link.master);
	std::vector<NetFailover> found;
	for (const auto &link : links) {
		if (!uppers.contains(link.ifindex))
			continue;
		const auto driver = ethtool.driver(link.ifindex);
		if (!driver || driver->driver != kNetFailover)
			continue;
		NetFailover one{link, {}};
		for (const auto &lower : links)
			if (lower.master == link.ifindex)
				one.slaves.push_back(describe_nic(lower, ethtool));
		found.push_back(std::move(one));
	}
	return found;
}

Result<std::unique_ptr<Master>> adopt_master(Kernel &kernel, const NetFailover &found, const config::Config &config) {
	if (auto done = kernel.programs.want_adoption(); !done)
		return tl::unexpected(done.error());
	auto index = known_index(kernel.maps.masters(), found.master);
	const bool known = index.has_value();
	if (!known)
		index = Takeover::free_place(kernel);
	if (!index)
		return fail(fmt::format("there are {} masters already", FOM_MAX_MASTERS));

	auto master = std::make_unique<Master>();
	master->index = *index;
	master->name = found.master.name;
	master->visible = found.master.ifindex;
	master->mac = found.master.mac;
	master->mtu = found.master.mtu;
	const auto standby = std::ranges::find_if(
	    found.slaves, [](const Nic &nic) { return role_in_net_failover(nic) == FOM_ROLE_STANDBY; });
	const auto *rule =
	    rule_of(master->name, standby == found.slaves.end() ? std::nullopt : std::optional(*standby), config);
	if (rule) {
		master->rule = *rule;
	} else {
		master->rule.name = master->name;
		master->rule.settings = config.defaults;
		master->rule.origin = "not configured";
	}
	master->model = model::MasterModel(model_settings(master->rule.settings));
	if (!known)
		enter_in_table(kernel, *master);
	fom_master &entry = kernel.maps.masters().at(*index);
	// Those that have a slot already first, so that no other gets it.
	auto slaves = found.slaves;
	std::stable_partition(slaves.begin(), slaves.end(),
			      [&](const Nic &nic) { return known_slot(entry, nic).has_value(); });
	for (const auto &nic : slaves)
		if (auto slot = adopt_slave(kernel, *master, nic); !slot) {
			give_up_master(kernel, *master);
			return tl::unexpected(slot.error());
		}
	// A slave that went while nobody looked.
	for (model::Slot slot = 0; slot < FOM_MAX_SLAVES; ++slot)
		if (entry.slots[slot].flags & FOM_SLOT_USED && !master->slaves[slot])
			clear_slot(kernel, *index, slot);
	if (entry.active >= FOM_MAX_SLAVES || !(entry.slots[entry.active].flags & FOM_SLOT_USED)) {
		const auto primary = master->slot_with(FOM_ROLE_PRIMARY);
		const bool carries = primary && master->slaves[*primary]->carrier;
		std::atomic_ref(entry.active)
		    .store(carries ? *primary : master->slot_with(FOM_ROLE_STANDBY).value_or(FOM_NO_SLOT));
	}
	steer_master(kernel, *master);
	master->model.adopt_active(entry.active);
	master->model.adopt_carrier(found.master.carrier);
	if (entry.chosen < FOM_MAX_SLAVES)
		master->model.adopt_choice(entry.chosen);
	if (entry.switches > 0)
		master->last = last_switch_of(entry);
	return master;
}

Result<model::Slot> adopt_slave(Kernel &kernel, Master &master, const Nic &nic) {
	fom_master &entry = kernel.maps.masters().at(master.index);
	const fom_role role = role_in_net_failover(nic);
	const auto before = known_slot(entry, nic);
	const auto slot = before ? before : master.place_for(role);
	if (!slot)
		return fail(fmt::format("{} has {} slaves already, {} finds no place", master.name, FOM_MAX_SLAVES,
					nic.link.name));
	Slave slave;
	slave.ifindex = slave.visible_ifindex = nic.link.ifindex;
	slave.name = nic.link.name;
	slave.role = role;
	slave.mac = nic.link.mac;
	slave.driver = nic.driver;
	slave.bus = nic.pci().empty() ? nic.bus() : nic.pci();
	slave.mtu = nic.link.mtu;
	slave.up = nic.link.flags & IFF_UP;
	slave.carrier = nic.link.carries();
	slave.since_before = before && entry.slots[*before].flags & FOM_SLOT_READY;

	fom_slot &place = entry.slots[*slot];
	if (!before) {
		std::atomic_ref(place.flags).store(FOM_SLOT_USED);
		place.ifindex = static_cast<std::uint32_t>(slave.ifindex);
		place.netdev = 0;
		place.role = static_cast<std::uint8_t>(role);
		place.rank = rank_of(role);
	}
	const std::uint32_t number = FOM_PLACE(master.index, *slot);
	Status done = kernel.maps.set_adopted(slave.ifindex, number);
	if (done && !slave.bus.empty())
		done = kernel.maps.set_device(slave.bus, number);
	master.slaves[*slot] = slave;
	if (done) {
		auto hook = bpf::attach_adopted(kernel.programs.adopt_rx(), kernel.programs.adopt_tx(), slave.ifindex);
		if (hook)
			master.hook = *hook;
		else
			done =
			    tl::unexpected(std::move(hook.error()).within(fmt::format("programs on {}", slave.name)));
	}
	if (!done) {
		give_up_slave(kernel, master, *slot);
		return tl::unexpected(done.error());
	}
	master.slaves[*slot]->ipv6_forbidden = forbid_ipv6(slave.name);
	std::atomic_ref(place.flags).store(FOM_SLOT_USED | FOM_SLOT_READY);
	return *slot;
}

void give_up_slave(Kernel &kernel, Master &master, model::Slot slot) {
	Slave &slave = *master.slaves.at(slot);
	clear_slot(kernel, master.index, slot);
	if (auto link = kernel.visible_route.link(slave.ifindex); slave.ipv6_forbidden && link && *link)
		for (const auto &problem : takeover::write_sysctls((*link)->name, {{kNoIpv6, "0"}}))
			log::debug("{}", problem);
	slave.ipv6_forbidden = false;
	slave.ifindex = 0;
	slave.carrier = slave.up = false;
}

void give_up_master(Kernel &kernel, Master &master) {
	master.announcer.stop();
	return_to_primary(kernel, kernel.maps.masters().at(master.index));
	for (model::Slot slot = 0; slot < master.slaves.size(); ++slot)
		if (master.slaves[slot] && !master.slaves[slot]->gone())
			give_up_slave(kernel, master, slot);
	clear_entry(kernel, master.index);
}

void forget_absent(Kernel &kernel, const std::vector<NetFailover> &there) {
	for (unsigned index = 0; index < FOM_MAX_MASTERS; ++index) {
		const fom_master &entry = kernel.maps.masters().at(index);
		if (is_adopted(entry) && std::ranges::none_of(there, [&](const NetFailover &one) {
			    return static_cast<std::uint32_t>(one.master.ifindex) == entry.visible;
		    }))
			clear_entry(kernel, index);
	}
}

} // namespace failover
