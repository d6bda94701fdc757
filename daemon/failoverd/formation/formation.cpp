// SPDX-License-Identifier: GPL-2.0-only
#include "formation/formation.hpp"

#include "formation/give_back.hpp"
#include "formation/interruption.hpp"
#include "formation/slave_setup.hpp"
#include "master/pairing.hpp"
#include "master/table.hpp"
#include "master/udev_record.hpp"
#include "process/expedited_rcu.hpp"
#include "process/log.hpp"
#include "takeover/apply.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>

namespace failover {

namespace {

struct Pair {
	netlink::Link port, visible;
	bool netkit = false;
};

/// NetworkManager configures no device of an rtnl kind that it does not know, and netkit is one; veth is Ethernet to
/// it. At boot it may come after us, so that it will be started counts as well.
bool network_manager_is_here() {
	std::error_code error;
	return std::filesystem::exists("/run/NetworkManager", error) ||
	       std::filesystem::is_symlink("/etc/systemd/system/multi-user.target.wants/NetworkManager.service", error);
}

/// netkit takes an address since 6.10: an earlier one is of no use.
Status add_netkit(Kernel &kernel, const netlink::PairSpec &spec) {
	if (network_manager_is_here())
		return fail("NetworkManager is in use, which takes netkit for no NIC");
	return kernel.hidden_route.add_netkit(spec);
}

/// Without the standby's ifindex where somebody has that by now.
template <typename Add> Status add_in_place_of(const netlink::Link &standby, netlink::PairSpec &spec, Add add) {
	spec.peer_ifindex = standby.ifindex;
	Status made = add(spec);
	if (made || made.error().code != EBUSY)
		return made;
	spec.peer_ifindex = 0;
	return add(spec);
}

Result<netlink::Link> end_of_pair(netlink::RouteSocket &socket, const std::string &name) {
	auto link = socket.link(name);
	if (!link)
		return tl::unexpected(link.error());
	if (!*link)
		return fail(fmt::format("{} vanished while the master's pair of devices was made", name));
	return std::move(**link);
}

/// The visible end comes into being in the standby's place, which is free by now: with its name, MAC and, if that can
/// be had, ifindex: sockets bound to it and programs that remember it go on. Nobody ever sees it otherwise, and there
/// is no move between namespaces, each of which waits for every callback of the kernel (rcu_barrier()).
Result<Pair> make_pair_devices(Kernel &kernel, unsigned index, const netlink::Link &standby) {
	netlink::PairSpec spec;
	spec.name = port_name(index);
	spec.ifindex = static_cast<int>(FOM_PLACE(index, FOM_PLACE_PORT));
	spec.peer_name = standby.name;
	spec.peer_netns_fd = kernel.visible_ns.get();
	spec.peer_mac = standby.mac;
	spec.mtu = standby.mtu;
	// One queue: the pair queues nothing, and a slave chooses among its own by the flow only for a frame that was
	// not put into a queue before.
	spec.num_queues = 1;

	forget_udev_record(standby.ifindex);
	Pair pair;
	Status made =
	    add_in_place_of(standby, spec, [&kernel](const auto &wanted) { return add_netkit(kernel, wanted); });
	pair.netkit = made.has_value();
	if (!pair.netkit) {
		log::info("{}: no netkit pair but a veth: {}", standby.name, made.error().message);
		made = add_in_place_of(standby, spec,
				       [&kernel](const auto &wanted) { return kernel.hidden_route.add_veth(wanted); });
	}
	if (!made)
		return tl::unexpected(std::move(made.error()).within("making the master's pair of devices"));
	auto port = end_of_pair(kernel.hidden_route, spec.name);
	auto visible = end_of_pair(kernel.visible_route, spec.peer_name);
	if (!port || !visible)
		return tl::unexpected(port ? visible.error() : port.error());
	pair.port = std::move(*port);
	pair.visible = std::move(*visible);

	// What the standby takes in one piece, the master may hand down in one piece.
	netlink::LinkChange limits;
	if (standby.gso_max_size)
		limits.gso_max_size = std::min(standby.gso_max_size, pair.visible.gso_max_size);
	if (auto done = kernel.visible_route.set_link(pair.visible.ifindex, limits); !done)
		log::debug("{}: GSO limit stays: {}", standby.name, done.error().message);
	return pair;
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

Status put_together(Kernel &kernel, Master &master, const Nic &standby) {
	auto hidden = hide_link(kernel, standby.link, FOM_PLACE(master.index, 0));
	if (!hidden)
		return tl::unexpected(hidden.error());
	auto pair = make_pair_devices(kernel, master.index, standby.link);
	if (!pair)
		return tl::unexpected(pair.error());
	master.port = pair->port.ifindex;
	master.visible = pair->visible.ifindex;
	master.netkit = pair->netkit;
	enter_in_table(kernel, master);
	if (auto done = start_port(kernel, master); !done)
		return done;
	return ready_slave(kernel, master, 0, describe_slave(standby, *hidden, FOM_ROLE_STANDBY));
}

tl::unexpected<NotTaken> untouched(tl::unexpected<Error> why) {
	return tl::unexpected(NotTaken{std::move(why.value()), false});
}

tl::unexpected<NotTaken> given_back(Error why) {
	return tl::unexpected(NotTaken{std::move(why), true});
}

} // namespace

Taken<std::unique_ptr<Master>> form_master(Kernel &kernel, const Nic &standby, const config::MasterConfig &rule,
					   std::vector<std::string> &notes) {
	const auto index = Takeover::free_place(kernel);
	if (!index)
		return untouched(
		    fail(fmt::format("{}: there are {} masters already, which is the most this build keeps",
				     standby.link.name, FOM_MAX_MASTERS)));
	[[maybe_unused]] const ExpeditedRcu quick;
	auto before = takeover::capture(standby.link.ifindex);
	if (!before)
		return untouched(tl::unexpected(before.error()));
	if (is_slave_alias(before->link.alias))
		before->link.alias.clear(); // ours, from a failoverd that was killed: nobody wants it back
	notes = before->notes;
	const Takeover takeover(*index, *before);
	auto master = std::make_unique<Master>();
	master->index = *index;
	master->name = standby.link.name;
	master->mac = standby.link.mac;
	master->mtu = standby.link.mtu;
	master->promisc = standby.link.promiscuity > 0;
	master->rule = rule;
	master->model = model::MasterModel(model_settings(rule.settings));

	if (auto done = put_together(kernel, *master, standby); !done) {
		const auto returned = give_back_place(kernel, *index, &*before);
		if (!returned)
			log::error("{}", returned.error().message);
		else if (returned->whole)
			takeover.done();
		return given_back(std::move(done.error()).within(fmt::format("no master over {}", master->name)));
	}
	for (auto &failure : takeover::apply_all(*before, master->visible).failures)
		notes.push_back(std::move(failure));
	takeover.done();
	return master;
}

Taken<model::Slot> add_slave(Kernel &kernel, Master &master, const Nic &nic, fom_role role) {
	if (auto unfit = unfit_as_slave(nic))
		return untouched(
		    fail(fmt::format("{} cannot be a slave of {}: {}", nic.link.name, master.name, *unfit)));
	if (auto other = master.slot_with(role))
		return untouched(
		    fail(fmt::format("{} has the {} {} already; {} stays as it is until that one is gone", master.name,
				     role_name(role), master.slave_name(*other), nic.link.name)));
	const auto slot = master.place_for(role);
	if (!slot)
		return untouched(fail(fmt::format("{} has {} slaves already, {} finds no place", master.name,
						  FOM_MAX_SLAVES, nic.link.name)));
	[[maybe_unused]] const ExpeditedRcu quick;
	auto hidden = hide_link(kernel, nic.link, FOM_PLACE(master.index, *slot));
	if (!hidden)
		return given_back(std::move(hidden.error()));
	const Slave slave = describe_slave(nic, *hidden, role);
	if (auto done = ready_slave(kernel, master, *slot, slave); !done) {
		restore_link(kernel, slave, master.mac);
		auto link = move_out(kernel, hidden->ifindex, {nic.link.name, nic.link.ifindex});
		if (link)
			set_alias(kernel, link->ifindex, nic.link.alias);
		else
			log::error("{}", link.error().message);
		return given_back(std::move(done.error()));
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

Result<std::vector<std::string>> dissolve_master(Kernel &kernel, Master &master) {
	auto now = takeover::capture(master.visible);
	if (!now)
		return tl::unexpected(std::move(now.error()).within(fmt::format("detaching {}", master.name)));
	log::warn_all(master.name, now->notes);
	const Takeover takeover(master.index, *now);
	master.announcer.stop();
	auto returned = give_back_place(kernel, master.index, &*now, &master);
	if (!returned || returned->whole)
		takeover.done();
	if (!returned)
		return tl::unexpected(std::move(returned.error()).within(fmt::format("detaching {}", master.name)));
	return std::move(returned->names);
}

} // namespace failover
