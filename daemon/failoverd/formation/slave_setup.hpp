// SPDX-License-Identifier: GPL-2.0-only
// A NIC in the hidden namespace: how it gets there, what is set on it, how it gets out.
#pragma once

#include "base/places.hpp"
#include "master/kernel.hpp"
#include "master/master.hpp"
#include "master/nic.hpp"

namespace failover {

/// What the port of the master with this number is called in the hidden namespace.
[[nodiscard]] std::string port_name(unsigned master);

/// Moves a link of the visible namespace to its place (fom_abi.h) in the hidden one, under its own name if that is free
/// there. Returns the link as it is there, down.
[[nodiscard]] Result<netlink::Link> hide_link(Kernel &kernel, const netlink::Link &link, std::uint32_t place);
/// The way back, to its old name, and to its old ifindex if nobody took it meanwhile; to another name where that is
/// taken. ENODEV: it is gone.
[[nodiscard]] Result<netlink::Link> unhide_link(Kernel &kernel, int ifindex, const VisibleIdentity &was);
/// The same, and its alias stays: by that alone whoever comes after a failoverd that is killed here knows it for a
/// slave that lacks its configuration. takeover::apply() takes it away at its end.
[[nodiscard]] Result<netlink::Link> move_out(Kernel &kernel, int ifindex, const VisibleIdentity &was);
void set_alias(Kernel &kernel, int visible_ifindex, const std::string &alias);
/// Takes back what ready_slave() changed on the link itself: its own MAC, where it was given the master's.
void restore_link(Kernel &kernel, const Slave &slave, const MacAddress &given);

/// Readies a hidden link to carry the master's traffic in `slot`: programs, MAC, MTU, filters, offloads, up.
[[nodiscard]] Status ready_slave(Kernel &kernel, Master &master, model::Slot slot, Slave slave);

/// What users knew a hidden link by, as noted in its alias by hide_link().
[[nodiscard]] VisibleIdentity identity_of_hidden(const netlink::Link &link);

} // namespace failover
