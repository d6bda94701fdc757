// SPDX-License-Identifier: GPL-2.0-only
// The `adopt` backend: masters that the kernel's own net_failover made, where it cannot be replaced. It keeps its
// devices and its rules; our programs at its slaves take past it what it would drop, and turn what it sends the wrong
// way. Everything else (model, announcements, probes, journal) is as for masters of ours.
#pragma once

#include "master/kernel.hpp"
#include "master/master.hpp"
#include "master/nic.hpp"

#include <memory>
#include <vector>

namespace failover {

/// A net_failover and the slaves that it has now.
struct NetFailover {
	netlink::Link master;
	std::vector<Nic> slaves;
};

/// All of them among the links of the visible namespace.
[[nodiscard]] std::vector<NetFailover> find_net_failovers(const std::vector<netlink::Link> &links,
							  netlink::EthtoolSocket &ethtool);

/// Takes it up; after a restart as it was left. What it sends by now stays active.
[[nodiscard]] Result<std::unique_ptr<Master>> adopt_master(Kernel &kernel, const NetFailover &found,
							   const config::Config &config);
/// A slave that has come to it.
[[nodiscard]] Result<model::Slot> adopt_slave(Kernel &kernel, Master &master, const Nic &nic);
/// What the kernel calls its standby is paravirtual.
[[nodiscard]] fom_role role_in_net_failover(const Nic &nic);
/// A slave that has gone, or whose master is given up.
void give_up_slave(Kernel &kernel, Master &master, model::Slot slot);
/// The net_failover goes on without us.
void give_up_master(Kernel &kernel, Master &master);
/// Table entries of masters that are gone; `masters`: those that are there.
void forget_absent(Kernel &kernel, const std::vector<NetFailover> &there);

} // namespace failover
