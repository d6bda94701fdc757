// SPDX-License-Identifier: GPL-2.0-only
// What the daemon tells of its masters.
#include "manager/manager.hpp"

namespace failover {

namespace {

std::string health_of(const Master &master, model::Slot slot) {
	const Slave &slave = *master.slaves[slot];
	if (slave.gone())
		return "gone";
	if (master.model.active() == slot && master.model.usable(slot))
		return "active";
	if (!slave.up)
		return "down";
	if (!slave.carrier)
		return "no-carrier";
	return master.model.usable(slot) ? "ready" : "leaving";
}

} // namespace

control::MasterState Manager::state_of(const Master &master) {
	const fom_master &entry = kernel_.maps.masters().at(master.index);
	control::MasterState state;
	state.name = master.name;
	state.ifindex = master.visible;
	state.mac = master.mac.to_string();
	state.mtu = master.mtu;
	state.carrier = master.model.carrier();
	state.backend = master.adopted() ? "adopt" : "ebpf";
	state.link = link_kind(master);
	state.hook = bpf::hook_name(master.hook);
	state.liveness = kernel_.programs.watches_carrier() ? "fentry" : "daemon";
	state.policy = "failover-order";
	state.notify = master.rule.settings.notify;
	state.active = master.slave_name(master.model.active());
	state.since = entry.switched_ns ? wall_clock_us(EventLoop::Time(entry.switched_ns)) : 0;
	state.switches = static_cast<std::int64_t>(entry.switches);
	if (master.last)
		state.last = record_of(master, *master.last);
	state.unanswered = master.unanswered;
	for (model::Slot slot = 0; slot < master.slaves.size(); ++slot) {
		const auto &slave = master.slaves[slot];
		if (!slave)
			continue;
		control::SlaveState entry;
		entry.name = slave->name;
		entry.ifindex = slave->ifindex;
		entry.role = role_name(slave->role);
		// What it sends and listens with: the master's, unless somebody took that from it.
		auto link = kernel_.route_of(master).link(slave->ifindex);
		entry.mac = (link && *link ? (*link)->mac : slave->mac).to_string();
		entry.driver = slave->driver;
		entry.bus = slave->bus;
		entry.mtu = slave->mtu;
		entry.carrier = slave->carrier;
		entry.health = health_of(master, slot);
		entry.xdp = slave->xdp;
		if (const auto until = master.model.doubted_until(slot); until > EventLoop::now())
			entry.doubted_until = wall_clock_us_ahead(until);
		if (auto stats = kernel_.maps.stats(master.index, slot))
			entry.counters = control::counters_of(*stats);
		state.slaves.push_back(std::move(entry));
	}
	return state;
}

control::ProbeReport Manager::probe() const {
	control::ProbeReport report;
	report.backend = "ebpf";
	for (const auto &trial : kernel_.programs.trials())
		report.capabilities.push_back({trial.name, trial.works ? "yes" : "no", trial.detail});
	for (const auto &master : masters_)
		report.capabilities.push_back(
		    {fmt::format("master {}", master->name), "yes",
		     fmt::format("{}, programs by {}",
				 master->adopted() ? "the kernel's net_failover"
						   : link_kind(*master) + std::string(" pair"),
				 bpf::hook_name(master->hook))});
	return report;
}

} // namespace failover
