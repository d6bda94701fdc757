// SPDX-License-Identifier: GPL-2.0-only
#include "formation/formation.hpp"

#include "formation/slave_setup.hpp"
#include "master/pairing.hpp"
#include "master/table.hpp"
#include "master/udev_record.hpp"
#include "process/expedited_rcu.hpp"
#include "process/log.hpp"
#include "sync/features.hpp"
#include "takeover/apply.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>

namespace failover {

namespace {

/// The pair under its working names, both ends in the hidden namespace until the visible one is handed out.
struct Pair {
	netlink::Link port, visible;
	bool netkit = false;
};

Result<netlink::Link> hidden_link(Kernel &kernel, const std::string &name) {
	auto link = kernel.hidden_route.link(name);
	if (!link)
		return tl::unexpected(link.error());
	if (!*link)
		return fail(fmt::format("{} is not in the hidden namespace", name));
	return std::move(**link);
}

/// NetworkManager configures no device of an rtnl kind that it does not know, and netkit is one; veth is Ethernet to
/// it. At boot it may come after us, so that it will be started counts as well.
bool network_manager_is_here() {
	std::error_code error;
	return std::filesystem::exists("/run/NetworkManager", error) ||
	       std::filesystem::is_symlink("/etc/systemd/system/multi-user.target.wants/NetworkManager.service", error);
}

/// netkit takes no address when it is made, and before 6.10 never: such a pair is of no use.
Status add_netkit(Kernel &kernel, const netlink::PairSpec &spec, const MacAddress &mac) {
	if (network_manager_is_here())
		return fail("NetworkManager is in use, which takes netkit for no NIC");
	if (auto made = kernel.hidden_route.add_netkit(spec); !made)
		return made;
	auto visible = hidden_link(kernel, spec.peer_name);
	if (!visible)
		return tl::unexpected(visible.error());
	netlink::LinkChange address;
	address.mac = mac;
	auto done = kernel.hidden_route.set_link(visible->ifindex, address);
	if (!done)
		(void)kernel.hidden_route.delete_link(visible->ifindex);
	return done;
}

Result<Pair> make_pair_devices(Kernel &kernel, unsigned index, const netlink::Link &standby) {
	netlink::PairSpec spec;
	spec.name = fmt::format("port{}", index);
	spec.ifindex = static_cast<int>(FOM_PLACE(index, FOM_PLACE_PORT));
	spec.peer_name = fmt::format("user{}", index);
	spec.mtu = standby.mtu;
	// One queue: the pair queues nothing, and a slave chooses among its own by the flow only for a frame that was
	// not put into a queue before.
	spec.num_queues = 1;

	Pair pair;
	auto made = add_netkit(kernel, spec, standby.mac);
	pair.netkit = made.has_value();
	if (!pair.netkit) {
		log::info("{}: no netkit pair but a veth: {}", standby.name, made.error().message);
		spec.peer_mac = standby.mac;
		made = kernel.hidden_route.add_veth(spec);
	}
	if (!made)
		return tl::unexpected(std::move(made.error()).within("making the master's pair of devices"));
	auto port = hidden_link(kernel, spec.name);
	auto visible = hidden_link(kernel, spec.peer_name);
	if (!port || !visible)
		return fail("the master's pair of devices vanished");
	pair.port = std::move(*port);
	pair.visible = std::move(*visible);

	// What the standby takes in one piece, the master may hand down in one piece.
	netlink::LinkChange limits;
	if (standby.gso_max_size)
		limits.gso_max_size = std::min(standby.gso_max_size, pair.visible.gso_max_size);
	if (auto done = kernel.hidden_route.set_link(pair.visible.ifindex, limits); !done)
		log::debug("{}: GSO limit stays: {}", standby.name, done.error().message);
	return pair;
}

void remove_from_table(Kernel &kernel, const Master &master) {
	fom_master &entry = kernel.maps.masters().at(master.index);
	std::atomic_ref(entry.version).store(0);
	if (auto scope = kernel.enter_hidden())
		bpf::detach_all(master.port);
}

Status start_port(Kernel &kernel, Master &master) {
	auto scope = kernel.enter_hidden();
	if (!scope)
		return tl::unexpected(scope.error());
	auto hook = bpf::attach_tx(kernel.programs.tx(), master.port, master.netkit);
	if (!hook)
		return tl::unexpected(std::move(hook.error()).within("transmit program"));
	master.hook = *hook;
	return kernel.hidden_route.set_link(master.port, netlink::LinkChange().set_up());
}

/// Where the name is taken, nothing happens: it is a matter of looks.
void rename_hidden(Kernel &kernel, int ifindex, const std::string &name) {
	netlink::LinkChange change;
	change.name = name;
	if (auto done = kernel.hidden_route.set_link(ifindex, change); !done)
		log::debug("{}", done.error().message);
}

/// Hands the visible end out under the standby's name and, if that can be had, its ifindex: sockets bound to it and
/// programs that remember it go on.
Status hand_out(Kernel &kernel, Master &master, int working_ifindex, const netlink::Link &standby) {
	forget_udev_record(standby.ifindex);
	auto moved =
	    kernel.hidden_route.move_link(working_ifindex, kernel.visible_ns.get(), standby.name, standby.ifindex);
	if (!moved)
		moved = kernel.hidden_route.move_link(working_ifindex, kernel.visible_ns.get(), standby.name);
	if (!moved)
		return moved;
	auto link = kernel.visible_route.link(standby.name);
	if (!link || !*link)
		return fail(fmt::format("{} vanished while the master took its place", standby.name));
	master.visible = (*link)->ifindex;
	kernel.maps.masters().at(master.index).visible = static_cast<std::uint32_t>(master.visible);
	return {};
}

Slave describe_slave(const Nic &nic, const netlink::Link &hidden, fom_role role) {
	Slave slave;
	slave.ifindex = hidden.ifindex;
	slave.name = nic.link.name;
	slave.visible_ifindex = nic.link.ifindex;
	slave.role = role;
	slave.mac = hidden.mac;
	slave.driver = nic.driver;
	slave.bus = nic.pci().empty() ? nic.bus() : nic.pci();
	slave.mtu = hidden.mtu;
	return slave;
}

/// The standby back in its place after a master could not be made.
void undo_takeover(Kernel &kernel, const takeover::Snapshot &before, int hidden_ifindex) {
	auto link = unhide_link(kernel, hidden_ifindex, {before.link.name, before.link.ifindex});
	if (!link) {
		log::error("{}: {}", before.link.name, link.error().message);
		return;
	}
	for (const auto &failure : takeover::apply_all(before, link->ifindex).failures)
		log::error("{}: {}", before.link.name, failure);
}

} // namespace

Result<std::unique_ptr<Master>> form_master(Kernel &kernel, const Nic &standby, const config::MasterConfig &rule,
					    std::vector<std::string> &notes) {
	const auto index = kernel.maps.masters().free_index();
	if (!index)
		return fail(fmt::format("{}: there are {} masters already, which is the most this build keeps",
					standby.link.name, FOM_MAX_MASTERS));
	[[maybe_unused]] const ExpeditedRcu quick;
	auto before = takeover::capture(standby.link.ifindex);
	if (!before)
		return tl::unexpected(before.error());
	notes = before->notes;
	auto pair = make_pair_devices(kernel, *index, standby.link);
	if (!pair)
		return tl::unexpected(pair.error());

	auto master = std::make_unique<Master>();
	master->index = *index;
	master->name = standby.link.name;
	master->port = pair->port.ifindex;
	master->mac = standby.link.mac;
	master->mtu = standby.link.mtu;
	master->promisc = standby.link.promiscuity > 0;
	master->netkit = pair->netkit;
	master->rule = rule;
	master->model = model::MasterModel(model_settings(rule.settings));
	enter_in_table(kernel, *master);

	const auto abandon = [&](Error error) -> tl::unexpected<Error> {
		remove_from_table(kernel, *master);
		(void)kernel.hidden_route.delete_link(master->port);
		return tl::unexpected(std::move(error).within(fmt::format("no master over {}", standby.link.name)));
	};
	if (auto done = start_port(kernel, *master); !done)
		return abandon(done.error());

	// A link that changes namespaces is announced under the name it had, and renamed after: so it gets its final
	// name here, where the standby then cannot have it for the moment.
	rename_hidden(kernel, pair->visible.ifindex, standby.link.name);
	auto hidden = hide_link(kernel, standby.link, FOM_PLACE(master->index, 0));
	if (!hidden)
		return abandon(hidden.error());
	Status done = hand_out(kernel, *master, pair->visible.ifindex, standby.link);
	if (done)
		rename_hidden(kernel, hidden->ifindex, standby.link.name);
	if (done)
		done = ready_slave(kernel, *master, 0, describe_slave(standby, *hidden, FOM_ROLE_STANDBY));
	if (!done) {
		auto failed = abandon(done.error()); // deletes the pair: the name is free again
		undo_takeover(kernel, *before, hidden->ifindex);
		return failed;
	}
	for (auto &failure : takeover::apply_all(*before, master->visible).failures)
		notes.push_back(std::move(failure));
	return master;
}

Result<model::Slot> add_slave(Kernel &kernel, Master &master, const Nic &nic, fom_role role) {
	if (auto unfit = unfit_as_slave(nic))
		return fail(fmt::format("{} cannot be a slave of {}: {}", nic.link.name, master.name, *unfit));
	if (auto other = master.slot_with(role))
		return fail(fmt::format("{} has the {} {} already; {} stays as it is until that one is gone",
					master.name, role_name(role), master.slave_name(*other), nic.link.name));
	const auto slot = master.place_for(role);
	if (!slot)
		return fail(fmt::format("{} has {} slaves already, {} finds no place", master.name, FOM_MAX_SLAVES,
					nic.link.name));
	[[maybe_unused]] const ExpeditedRcu quick;
	auto hidden = hide_link(kernel, nic.link, FOM_PLACE(master.index, *slot));
	if (!hidden)
		return tl::unexpected(hidden.error());
	const Slave slave = describe_slave(nic, *hidden, role);
	if (auto done = ready_slave(kernel, master, *slot, slave); !done) {
		restore_link(kernel, slave, master.mac);
		auto link = unhide_link(kernel, hidden->ifindex, {nic.link.name, nic.link.ifindex});
		if (!link)
			log::error("{}", link.error().message);
		return tl::unexpected(done.error());
	}
	return *slot;
}

void forget_slave(Kernel &kernel, Master &master, model::Slot slot) {
	Slave &slave = *master.slaves.at(slot);
	fom_slot &entry = kernel.maps.masters().at(master.index).slots[slot];
	std::atomic_ref(entry.flags).store(0);
	if (!slave.bus.empty())
		(void)kernel.maps.remove_device(slave.bus);
	if (auto scope = kernel.enter_hidden())
		bpf::detach_all(slave.ifindex);
	slave.ifindex = 0;
	slave.carrier = slave.up = slave.xdp = false;
	slave.vlans.clear();
	slave.unicast.clear();
}

Status dissolve_master(Kernel &kernel, Master &master, std::vector<std::string> &notes) {
	auto now = takeover::capture(master.visible);
	if (!now)
		return tl::unexpected(std::move(now.error()).within(fmt::format("detaching {}", master.name)));
	for (const auto &note : now->notes)
		notes.push_back(note);

	[[maybe_unused]] const ExpeditedRcu quick;
	// The master's name and ifindex must be free before the standby takes them back.
	master.announcer.stop();
	remove_from_table(kernel, master);
	if (auto done = kernel.hidden_route.delete_link(master.port); !done)
		notes.push_back(done.error().message);
	for (model::Slot slot = 0; slot < master.slaves.size(); ++slot) {
		if (!master.slaves[slot] || master.slaves[slot]->gone())
			continue;
		// The standby takes the master's place, with what users set there.
		if (master.slaves[slot]->role == FOM_ROLE_STANDBY)
			forget_features(master.slaves[slot]->ifindex);
		else
			restore_features(kernel, *master.slaves[slot]);
		const Slave slave = *master.slaves[slot];
		for (const auto &[vid, ifindex] : slave.vlans)
			(void)kernel.hidden_route.delete_link(ifindex);
		forget_slave(kernel, master, slot);
		restore_link(kernel, slave, master.mac);
		const bool heir = slave.role == FOM_ROLE_STANDBY;
		auto link = unhide_link(kernel, slave.ifindex,
					heir ? VisibleIdentity{master.name, master.visible} : slave.was());
		if (!link) {
			notes.push_back(link.error().message);
			continue;
		}
		if (heir)
			for (auto &failure : takeover::apply_all(*now, link->ifindex).failures)
				notes.push_back(std::move(failure));
	}
	return {};
}

} // namespace failover
