// SPDX-License-Identifier: GPL-2.0-only
// How masters are put together and taken apart: the shuffles of devices between the namespace that users see and the
// hidden one. Every function either does the whole thing or leaves the network as it was and says why.
#pragma once

#include "master/kernel.hpp"
#include "master/master.hpp"
#include "master/nic.hpp"

#include <memory>

namespace failover {

/// Why an interface was not taken.
struct NotTaken {
	Error error;
	bool was_away; ///< for a moment: it was tried, and given back
};
template <typename T> using Taken = tl::expected<T, NotTaken>;

/// Makes a master over a live interface: the master takes its name, ifindex and configuration, the interface goes to
/// the hidden namespace and becomes the standby. `notes` gets what could not be carried over.
[[nodiscard]] Taken<std::unique_ptr<Master>>
form_master(Kernel &kernel, const Nic &standby, const config::MasterConfig &rule, std::vector<std::string> &notes);

/// Hides a NIC of the visible namespace and readies it as a slave. The model is not told yet.
[[nodiscard]] Taken<model::Slot> add_slave(Kernel &kernel, Master &master, const Nic &nic, fom_role role);

/// The slave's device is gone: frees what the datapath knows of it and keeps its place.
void forget_slave(Kernel &kernel, Master &master, model::Slot slot);

/// Gives everything back: slaves return under their names, the standby with the master's configuration. Returns what
/// they are called now.
[[nodiscard]] Result<std::vector<std::string>> dissolve_master(Kernel &kernel, Master &master);

/// Masters that the kernel still has from an earlier run of the daemon, rebuilt from the kernel's state alone. What is
/// right is not touched; a master whose device is gone is taken apart and its slaves are given back.
[[nodiscard]] std::vector<std::unique_ptr<Master>> recover_masters(Kernel &kernel, const config::Config &config,
								   std::vector<std::string> &notes);

} // namespace failover
