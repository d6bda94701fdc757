// SPDX-License-Identifier: GPL-2.0-only
#include "kernel_source.hpp"

#include "base/clock.hpp"
#include "base/netns.hpp"
#include "base/places.hpp"
#include "bpf/maps.hpp"
#include "control/words.hpp"
#include "kmod/kernel_module.hpp"
#include "kmod/state.hpp"
#include "netlink/ethtool_features.hpp"
#include "netlink/route_socket.hpp"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>
#include <iterator>
#include <optional>
#include <utility>

namespace failover::ctl {

namespace {

/// Sockets in one namespace.
struct Side {
	netlink::RouteSocket route;
	netlink::EthtoolSocket ethtool;
};

Result<Side> open_side() {
	auto route = netlink::RouteSocket::open();
	auto ethtool = netlink::EthtoolSocket::open();
	if (!route || !ethtool)
		return tl::unexpected(route ? ethtool.error() : route.error());
	return Side{std::move(*route), std::move(*ethtool)};
}

Result<Side> open_hidden_side() {
	auto netns = open_netns(kHiddenNetnsPath);
	if (!netns)
		return tl::unexpected(netns.error());
	auto scope = NetnsScope::enter(netns->get());
	if (!scope)
		return tl::unexpected(scope.error());
	return open_side();
}

std::string health_of(const fom_master &master, unsigned slot, const netlink::Link &link) {
	if (master.slots[slot].flags & FOM_SLOT_LEAVING)
		return "leaving";
	if (!(link.flags & IFF_UP))
		return "down";
	if (!link.carrier)
		return "no-carrier";
	return master.active == slot ? "active" : "ready";
}

/// `side`: the one where this master's slaves are.
control::SlaveState slave_state(const fom_master &master, unsigned slot, Side &side) {
	control::SlaveState state;
	state.role = control::role_name(static_cast<fom_role>(master.slots[slot].role));
	state.name = state.role;
	state.health = "gone";
	const auto ifindex = static_cast<int>(master.slots[slot].ifindex);
	auto link = side.route.link(ifindex);
	if (!link || !*link)
		return state;
	state.name = identity_before_hiding((*link)->alias, (*link)->name).name;
	state.ifindex = ifindex;
	state.mac = (*link)->mac.to_string();
	state.mtu = (*link)->mtu;
	state.carrier = (*link)->carrier;
	state.bus = (*link)->parent_name;
	state.health = health_of(master, slot, **link);
	if (auto driver = side.ethtool.driver(ifindex))
		state.driver = driver->driver;
	return state;
}

/// Planned switches are the daemon's, all others the kernel may have made; without the daemon nobody else did.
const char *switched_by(fom_cause cause) {
	return cause == FOM_CAUSE_FAILBACK || cause == FOM_CAUSE_OPERATOR || cause == FOM_CAUSE_PROBE ? "daemon"
												      : "kernel";
}

control::MasterState master_state(const bpf::Maps &maps, unsigned index, Side &visible, Side &hidden) {
	const fom_master &entry = maps.masters().at(index);
	const bool adopted = entry.port == 0;
	control::MasterState state;
	state.backend = adopted ? "adopt" : "ebpf";
	state.policy = "failover-order";
	state.ifindex = entry.visible;
	state.name = fmt::format("master {}", index);
	if (auto link = visible.route.link(static_cast<int>(entry.visible)); link && *link) {
		state.name = (*link)->name;
		state.mac = (*link)->mac.to_string();
		state.mtu = (*link)->mtu;
		state.carrier = (*link)->carrier;
		state.link = adopted ? "net_failover" : (*link)->kind;
	}
	std::string before;
	for (unsigned slot = 0; slot < FOM_MAX_SLAVES; ++slot) {
		if (!(entry.slots[slot].flags & FOM_SLOT_USED))
			continue;
		auto slave = slave_state(entry, slot, adopted ? visible : hidden);
		if (auto stats = maps.stats(index, slot))
			slave.counters = control::counters_of(*stats);
		if (slot == entry.active)
			state.active = slave.name;
		if (slot == entry.last_from)
			before = slave.name;
		state.slaves.push_back(std::move(slave));
	}
	state.switches = static_cast<std::int64_t>(entry.switches);
	if (entry.switched_ns != 0) {
		control::SwitchRecord last;
		last.time = wall_clock_us(std::chrono::nanoseconds(entry.switched_ns));
		last.from = before;
		last.to = state.active;
		last.cause = control::cause_name(static_cast<fom_cause>(entry.last_cause));
		last.by = switched_by(static_cast<fom_cause>(entry.last_cause));
		state.since = last.time;
		state.last = std::move(last);
	}
	return state;
}

class KernelSource final : public control::StateSource {
public:
	explicit KernelSource(std::string pin_directory) : pin_directory_(std::move(pin_directory)) {}

	Result<std::vector<control::MasterState>> masters() override {
		auto module = of_module();
		if (!module)
			return tl::unexpected(std::move(module.error()));
		auto states = of_maps();
		// Either may be all there is.
		if (!states && states.error().code == ENOENT && *module)
			return std::move(**module);
		if (states && *module)
			std::ranges::move(**module, std::back_inserter(*states));
		return states;
	}
	[[nodiscard]] control::StateOrigin origin() const override { return control::StateOrigin::Kernel; }

private:
	/// Nothing where the module is not loaded.
	static Result<std::optional<std::vector<control::MasterState>>> of_module() {
		auto module = kmod::KernelModule::open();
		if (!module)
			return tl::unexpected(std::move(module.error()));
		if (!*module)
			return std::nullopt;
		auto masters = (*module)->masters();
		if (!masters)
			return tl::unexpected(std::move(masters.error()));
		std::vector<control::MasterState> states;
		for (const auto &master : *masters)
			states.push_back(kmod::state_of(master));
		return states;
	}

	[[nodiscard]] Result<std::vector<control::MasterState>> of_maps() const {
		auto maps = bpf::Maps::open_pinned(false, pin_directory_);
		if (!maps && maps.error().code == ENOENT)
			return tl::unexpected(Error{
			    ENOENT,
			    fmt::format(
				"the kernel has no failover state either: the kernel module is not loaded, nothing is "
				"pinned in {}",
				pin_directory_)});
		if (!maps)
			return tl::unexpected(
			    std::move(maps.error()).within("reading the kernel's state (try as root)"));
		auto visible = open_side();
		if (!visible)
			return tl::unexpected(visible.error());
		auto hidden = open_hidden_side();
		if (!hidden)
			return tl::unexpected(std::move(hidden.error()).within("looking at the slaves (try as root)"));
		std::vector<control::MasterState> states;
		for (unsigned index = 0; index < FOM_MAX_MASTERS; ++index)
			if (maps->masters().at(index).version == FOM_ABI_VERSION)
				states.push_back(master_state(*maps, index, *visible, *hidden));
		return states;
	}

	std::string pin_directory_;
};

} // namespace

std::unique_ptr<control::StateSource> make_kernel_source(const std::string &pin_directory) {
	return std::make_unique<KernelSource>(pin_directory);
}

} // namespace failover::ctl
