// SPDX-License-Identifier: GPL-2.0-only
#include "base/places.hpp"
#include "formation/formation.hpp"
#include "formation/give_back.hpp"
#include "formation/interruption.hpp"
#include "formation/slave_setup.hpp"
#include "master/feature_memory.hpp"
#include "master/rules.hpp"
#include "master/table.hpp"
#include "process/log.hpp"

#include <algorithm>
#include <atomic>

namespace failover {

namespace {

std::optional<netlink::Link> find(netlink::RouteSocket &socket, std::uint32_t ifindex) {
	auto link = socket.link(static_cast<int>(ifindex));
	return link ? std::move(*link) : std::nullopt;
}

void recover_slave(Kernel &kernel, Master &master, model::Slot slot, const fom_slot &entry) {
	auto link = find(kernel.hidden_route, entry.ifindex);
	Slave slave;
	slave.role = static_cast<fom_role>(entry.role);
	if (!link) { // went while nobody looked
		slave.name = role_name(slave.role);
		slave.ifindex = static_cast<int>(entry.ifindex);
		master.slaves[slot] = slave;
		forget_slave(kernel, master, slot);
		return;
	}
	const VisibleIdentity was = identity_of_hidden(*link);
	slave.name = was.name;
	slave.visible_ifindex = was.ifindex;
	const Nic nic = describe_nic(*link, kernel.hidden_ethtool);
	slave.ifindex = link->ifindex;
	slave.mac = slave.role == FOM_ROLE_STANDBY ? link->mac : nic.permanent_mac(); // the former's is as users set it
	slave.driver = nic.driver;
	slave.bus = nic.pci().empty() ? nic.bus() : nic.pci();
	slave.mtu = link->mtu;
	slave.up = link->flags & IFF_UP;
	slave.carrier = link->carries();
	slave.xdp = entry.early;
	slave.since_before = entry.flags & FOM_SLOT_READY;
	slave.features_before = recall_features(kRuntimeDir, slave.ifindex);
	master.slaves[slot] = slave;
}

/// A daemon that was killed half-way through setting a slave up left it unready: goes through it again.
void finish_slaves(Kernel &kernel, Master &master) {
	const fom_master &entry = kernel.maps.masters().at(master.index);
	for (model::Slot slot = 0; slot < FOM_MAX_SLAVES; ++slot) {
		const auto &slave = master.slaves[slot];
		if (!slave || slave->gone() || entry.slots[slot].flags & FOM_SLOT_READY)
			continue;
		if (auto done = ready_slave(kernel, master, slot, *slave); !done)
			log::error("{}: {}", master.name, done.error().message);
	}
}

std::unique_ptr<Master> recover_master(Kernel &kernel, unsigned index) {
	const fom_master &entry = kernel.maps.masters().at(index);
	auto port = find(kernel.hidden_route, entry.port);
	auto visible = find(kernel.visible_route, entry.visible);
	if (!port || !visible)
		return nullptr;

	auto master = std::make_unique<Master>();
	master->index = index;
	master->name = visible->name;
	master->visible = visible->ifindex;
	master->port = port->ifindex;
	master->mac = visible->mac;
	master->mtu = visible->mtu;
	master->promisc = visible->promiscuity > 0;
	master->port_up = port->flags & IFF_UP;
	master->netkit = port->kind == "netkit";
	master->rule.name = master->name;
	master->rule.standby.mac = master->mac;
	auto scope = kernel.enter_hidden();
	auto hook =
	    scope ? bpf::attach_tx(kernel.programs.tx(), master->port, master->netkit) : tl::unexpected(scope.error());
	if (hook)
		master->hook = *hook;
	else
		log::error("{}: {}", master->name, hook.error().message);
	return master;
}

} // namespace

std::vector<std::unique_ptr<Master>> recover_masters(Kernel &kernel, const config::Config &config,
						     std::vector<std::string> &notes) {
	roll_back_interrupted(kernel);
	std::vector<std::unique_ptr<Master>> masters;
	std::set<std::string> in_use;
	for (unsigned index = 0; index < FOM_MAX_MASTERS; ++index) {
		if (!kernel.maps.masters().used(index))
			continue;
		const fom_master &entry = kernel.maps.masters().at(index);
		if (entry.version != FOM_ABI_VERSION) {
			notes.push_back(
			    fmt::format("the table of masters has version {}, this daemon knows {}; master {} is "
					"left alone",
					entry.version, FOM_ABI_VERSION, index));
			continue;
		}
		if (entry.port == 0) // a net_failover's: adoption.cpp takes it up
			continue;
		auto master = recover_master(kernel, index);
		if (!master) {
			notes.push_back(
			    fmt::format("the devices of master {} are gone, its slaves are given back", index));
			if (auto done = give_back_place(kernel, index, nullptr); !done)
				notes.push_back(done.error().message);
			continue;
		}
		for (model::Slot slot = 0; slot < FOM_MAX_SLAVES; ++slot)
			if (entry.slots[slot].flags & FOM_SLOT_USED)
				recover_slave(kernel, *master, slot, entry.slots[slot]);
		take_rule(kernel, *master, config, in_use);
		finish_slaves(kernel, *master);
		master->model = model::MasterModel(model_settings(master->rule.settings));
		master->model.adopt_active(entry.active);
		if (entry.chosen < FOM_MAX_SLAVES)
			master->model.adopt_choice(entry.chosen);
		master->model.adopt_carrier(master->port_up);
		if (entry.switches > 0)
			master->last = last_switch_of(entry);
		masters.push_back(std::move(master));
	}
	return masters;
}

} // namespace failover
