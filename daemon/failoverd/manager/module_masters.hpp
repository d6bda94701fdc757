// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "config/config.hpp"
#include "control/types.hpp"
#include "kmod/event_monitor.hpp"
#include "kmod/kernel_module.hpp"
#include "model/silence.hpp"
#include "network/neighbour_check.hpp"
#include "process/event_loop.hpp"
#include "process/journal.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace failover {

/// The masters of the kernel module. It decides, switches and announces by itself; here it is told what the
/// configuration says, what it tells goes into the journal, and the operator's word reaches it.
class ModuleMasters {
public:
	ModuleMasters(EventLoop &loop, Journal &journal)
	    : loop_(loop), journal_(journal),
	      neighbours_(loop, [this](int master, const auto &silent) { neighbours_checked(master, silent); }) {}

	/// Subscribes to the module, be it loaded or not.
	[[nodiscard]] Status start(const config::Config &config);
	void reconfigure(const config::Config &config);

	/// Looks at them now; none where the module is not loaded.
	[[nodiscard]] std::vector<control::MasterState> states();
	[[nodiscard]] std::optional<kmod::Master> find(const std::string &name);
	/// Makes the slave active and keeps it preferred. Refused, it leaves everything as it was.
	[[nodiscard]] Result<control::SwitchRecord> switch_to(const kmod::Master &master, const kmod::Slave &slave);
	/// Forgets the operator's choice; the last switch that was.
	[[nodiscard]] Result<control::SwitchRecord> release_choice(const kmod::Master &master);
	/// What the module is here, for `failoverctl probe`.
	[[nodiscard]] control::Capability capability();

private:
	void came();
	void went();
	void happened(const kmod::ModuleEvent &event);
	void switched(const std::string &master, const kmod::ModuleEvent &event);
	void neighbours_checked(int master, const std::vector<std::string> &silent);
	void neighbours_answer(const kmod::Master &master);
	/// True if the module took it.
	bool tell(const kmod::Master &master, kmod::Doubt doubt);
	/// Gives every master what is configured for it; told once where the module has no such thing.
	void configure();
	void configure(const kmod::Master &master, std::set<std::string> &in_use);
	[[nodiscard]] std::vector<kmod::Master> look();
	[[nodiscard]] control::MasterState state_of(const kmod::Master &master) const;
	/// As last seen: of a slave that has left the kernel has none any more.
	[[nodiscard]] std::string slave_name(const fom_event &event, std::uint32_t slot) const;

	EventLoop &loop_;
	Journal &journal_;
	config::Config config_;
	std::optional<kmod::KernelModule> module_;
	std::optional<kmod::EventMonitor> monitor_;
	NeighbourCheck neighbours_;
	EventSource source_, configure_;
	std::set<std::string> told_;                    ///< masters whose settings were commented on
	std::map<int, std::string> names_;              ///< of masters, by ifindex, as last seen
	std::map<int, control::Unanswered> unanswered_; ///< by ifindex of the master
	std::map<int, model::Silence> silences_;        ///< the same; doubts themselves are kept by the module
	std::map<std::pair<std::uint32_t, std::uint32_t>, std::string> slaves_; ///< by number of the master, and slot
};

} // namespace failover
