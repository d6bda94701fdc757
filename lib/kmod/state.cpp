// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/state.hpp"

#include "base/clock.hpp"
#include "control/words.hpp"

namespace failover::kmod {

namespace {

std::string health_of(const Slave &slave) {
	if (slave.flags & FOM_SLAVE_LEAVING)
		return "leaving";
	if (!slave.device.up)
		return "down";
	// Usable comes a moment after carrier, when the kernel has put the queues to work.
	if (!slave.device.carrier || !(slave.flags & FOM_SLAVE_USABLE))
		return "no-carrier";
	return slave.flags & FOM_SLAVE_ACTIVE ? "active" : "ready";
}

control::SlaveState state_of(const Slave &slave) {
	control::SlaveState state;
	state.name = slave.device.name;
	state.ifindex = slave.device.ifindex;
	state.role = control::role_name(slave.role);
	state.mac = slave.device.mac.to_string();
	state.driver = slave.device.driver;
	state.bus = slave.device.bus;
	state.mtu = slave.device.mtu;
	state.carrier = slave.device.carrier;
	state.health = health_of(slave);
	if (slave.doubted())
		state.doubted_until = wall_clock_us_ahead(std::chrono::nanoseconds(slave.doubted_ns));
	state.counters = control::counters_of(slave.stats);
	return state;
}

std::string name_in(const Master &master, unsigned slot) {
	const Slave *slave = master.slave_in(slot);
	return slave ? slave->device.name : "";
}

} // namespace

control::MasterState state_of(const Master &master) {
	control::MasterState state;
	state.name = master.device.name;
	state.ifindex = master.device.ifindex;
	state.mac = master.device.mac.to_string();
	state.mtu = master.device.mtu;
	state.carrier = master.device.carrier;
	state.backend = "kmod";
	state.link = FOM_LINK_KIND;
	state.liveness = "kernel";
	state.policy = "failover-order";
	state.notify = master.announce_rounds != 0;
	state.active = name_in(master, master.active);
	state.switches = static_cast<std::int64_t>(master.switches);
	for (const auto &slave : master.slaves)
		state.slaves.push_back(state_of(slave));
	if (master.switched_ns != 0) {
		control::SwitchRecord last;
		last.time = wall_clock_us(std::chrono::nanoseconds(master.switched_ns));
		last.from = name_in(master, master.last_from);
		last.to = state.active;
		last.cause = control::cause_name(master.cause);
		last.by = "kernel";
		state.since = last.time;
		state.last = std::move(last);
	}
	return state;
}

} // namespace failover::kmod
