// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "bpf/event_reader.hpp"
#include "config/config.hpp"
#include "control/types.hpp"
#include "formation/formation.hpp"
#include "manager/refusals.hpp"
#include "master/kernel.hpp"
#include "master/master.hpp"
#include "master/nic.hpp"
#include "netlink/link_monitor.hpp"
#include "netlink/uevent_monitor.hpp"
#include "network/neighbour_check.hpp"
#include "process/event_loop.hpp"
#include "process/expedited_rcu.hpp"
#include "process/journal.hpp"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace failover {

/// Lets the masters that are made by BPF live: hears what happens to links, asks each master's model, does what it
/// says.
class Manager {
public:
	Manager(EventLoop &loop, Kernel kernel, Journal &journal, config::Config config);

	/// Subscribes, takes up what the kernel has, makes what the configuration and the NICs call for.
	[[nodiscard]] Status start();

	// What can be asked of it; errors are for people.
	[[nodiscard]] const std::vector<std::unique_ptr<Master>> &masters() const { return masters_; }
	[[nodiscard]] Master *find(const std::string &name);
	[[nodiscard]] control::MasterState state_of(const Master &master);
	[[nodiscard]] control::ProbeReport probe() const;
	using SwitchAnswer = std::function<void(Result<control::SwitchRecord>)>;
	/// Answers once the slave is active, which waits for its path to be proven, or cannot become so.
	void switch_to(Master &master, model::Slot slot, SwitchAnswer answer);
	/// Forgets the operator's choice: from now on the policy decides again.
	void release_choice(Master &master);
	[[nodiscard]] Result<Master *> attach(const std::string &standby, const std::optional<std::string> &primary);
	[[nodiscard]] Status detach(const std::string &name);
	/// Takes a new configuration over; masters that are there keep running.
	void reconfigure(config::Config config);

private:
	// manager.cpp: what comes in
	void visible_event(const netlink::MonitorEvent &event);
	void hidden_event(const netlink::MonitorEvent &event);
	void kernel_event(const fom_event &event);
	[[nodiscard]] Status watch_devices();
	void device_event(const netlink::UeventMonitorEvent &event);
	void resync();
	void kernel_switched(Master &master, const fom_event &event);
	void moved(Master &master, model::Slot slot);
	/// Looks at a slave as it is now.
	void check_slave(Master &master, model::Slot slot);
	void check_slaves(Master &master);
	void look_around_soon();
	void hurry_device_out();
	void slave_changed(Master &master, model::Slot slot, const netlink::Link &link);
	void slave_gone(Master &master, model::Slot slot);
	void master_changed(Master &master, const netlink::Link &link);
	void master_gone(Master &master);
	[[nodiscard]] Master *by_index(unsigned index);

	// survey.cpp: which masters and slaves there are to be
	/// Looks at the visible namespace: what lies on masters, which masters and slaves there should be.
	void survey();
	void survey_soon();
	/// When what was refused may be taken by now.
	void survey_again();
	void form_masters(const std::vector<Nic> &nics);
	/// Looks at what the kernel's own net_failover has made.
	void survey_net_failovers(const std::vector<netlink::Link> &links);
	/// Learns what devices lie on the master now and opens the slaves' filters for them.
	void look_above(Master &master, const std::vector<netlink::Link> &links);
	/// NICs among links of the visible namespace that no master has: all that are `wanted`, of others those that
	/// the operator did not take out.
	[[nodiscard]] std::vector<Nic> candidates(const std::vector<netlink::Link> &links,
						  const std::set<std::string> &wanted = {});
	[[nodiscard]] Master *adopt(std::unique_ptr<Master> master, const std::vector<std::string> &notes);
	void join(Master &master, const Nic &nic, fom_role role);
	void join_adopted(Master &master, const Nic &nic);
	void joined(Master &master, const Nic &nic, fom_role role, model::Slot slot);
	void not_joined(const Master &master, const Nic &nic, const NotTaken &why);
	/// To its driver, where that hears of a lost link before it says so.
	void listen(const Slave &slave);
	/// Programs may leave a slave on suspicion where we go back to it by ourselves.
	void allow_suspicion(Master &master);

	// switching.cpp: what goes out
	void perform(Master &master, const model::Actions &actions);
	/// Moves the active state in the kernel's table; false when the kernel has moved it meanwhile.
	[[nodiscard]] bool claim(Master &master, const model::Switch &wanted);
	/// Brings the model, which believes `known` active, in line with the kernel's table.
	void follow_kernel(Master &master, model::Slot known);
	void switched(Master &master, const model::Switch &action);
	void note_switch(const Master &master, const LastSwitch &last);
	/// Asks neighbours whether they are reached by the slave that is active now.
	void check_neighbours(Master &master);
	/// What came of that, of the master with this ifindex: those who are silent, none: somebody answers.
	void neighbours_checked(int visible, const std::vector<std::string> &silent);
	/// `switched`: because of the last switch, of which it is a part.
	void announce(Master &master, bool switched);
	void set_carrier(Master &master, bool on);
	/// A socket where this master's slaves are.
	[[nodiscard]] FrameSender &sender_of(const Master &master) {
		return master.adopted() ? *visible_sender_ : *hidden_sender_;
	}
	void arm_clock(Master &master);
	void run_prober(Master &master);
	void answer_operator(Master &master);
	[[nodiscard]] std::uint64_t no_path_total(const Master &master) const;
	[[nodiscard]] control::SwitchRecord record_of(const Master &master, const LastSwitch &last) const;

	EventLoop &loop_;
	Kernel kernel_;
	config::Config config_;
	Journal &journal_;
	std::vector<std::unique_ptr<Master>> masters_;
	Refusals refused_;
	std::set<std::string> detached_; ///< interfaces the operator took out: not taken again by themselves
	std::optional<FrameSender> visible_sender_, hidden_sender_;
	std::optional<netlink::LinkMonitor> visible_monitor_, hidden_monitor_;
	std::optional<netlink::UeventMonitor> device_monitor_;
	std::optional<bpf::EventReader> events_;
	NeighbourCheck neighbours_;
	EventSource visible_source_, hidden_source_, device_source_, events_source_, survey_, try_again_, look_around_,
	    hurry_end_;
	std::optional<ExpeditedRcu> hurry_;
};

} // namespace failover
