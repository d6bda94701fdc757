// SPDX-License-Identifier: GPL-2.0-only
// One master on this machine: its pair of devices, its slaves and what is known of them. Plain data with the few
// questions that everybody asks; formation.cpp builds and takes it apart, manager.cpp lets it live.
#pragma once

#include "base/places.hpp"
#include "bpf/attachment.hpp"
#include "config/config.hpp"
#include "control/words.hpp"
#include "master/feature_memory.hpp"
#include "model/master_model.hpp"
#include "network/announcer.hpp"
#include "network/prober.hpp"
#include "process/event_loop.hpp"

#include <array>
#include <functional>
#include <linux/fom_abi.h>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace failover {

using control::cause_name;
using control::role_name;

struct Slave {
	int ifindex = 0;         ///< in the hidden namespace; 0: gone, remembered for its return
	std::string name;        ///< as users knew it
	int visible_ifindex = 0; ///< the same; 0: unknown
	fom_role role = FOM_ROLE_UNSPEC;
	MacAddress mac;          ///< its own, before it was given the master's
	std::string driver, bus; ///< bus: name of its PCI function or device
	unsigned mtu = 0;
	bool up = false, carrier = false;
	bool xdp = false;
	bool since_before = false;          ///< it was one before this daemon began, with all that belongs to it
	bool ipv6_forbidden = false;        ///< by us, while it is adopted
	std::map<std::uint16_t, int> vlans; ///< VLAN filters: vid -> ifindex of the device that holds it
	std::set<MacAddress> unicast;       ///< further addresses in its MAC filter
	FeatureValues features_before;      ///< offloads of its own, where it follows the master's

	[[nodiscard]] bool gone() const { return ifindex == 0; }
	[[nodiscard]] VisibleIdentity was() const { return {name, visible_ifindex}; }
};

/// What devices on top of a master want to hear besides the master's own frames.
struct Uppers {
	std::set<std::uint16_t> vlans; ///< outermost tags
	std::set<MacAddress> unicast;  ///< of macvlan and macvtap devices
	friend bool operator==(const Uppers &, const Uppers &) = default;
};

/// What the last switch cost, as far as it is known yet.
struct LastSwitch {
	model::Slot from = FOM_NO_SLOT, to = FOM_NO_SLOT;
	fom_cause cause = FOM_CAUSE_UNSPEC;
	bool by_kernel = false;
	EventLoop::Time when{0};
	EventLoop::Time announced{0}; ///< first frame handed to the new slave, 0: not yet
	std::uint64_t lost = 0;       ///< frames that found no path
};

struct Master {
	unsigned index = 0; ///< in fom_masters
	std::string name;
	int visible = 0; ///< ifindex of the end that users see
	int port = 0;    ///< ifindex of the hidden end; 0: it has none, it is a net_failover of the kernel's
	MacAddress mac;
	unsigned mtu = 0;
	bool promisc = false;
	bool port_up = true;
	bool netkit = false;
	bpf::Hook hook = bpf::Hook::kTcx;
	config::MasterConfig rule;
	bool operators_primary = false; ///< rule.primary is an operator's word, not the configuration's
	model::MasterModel model;
	std::array<std::optional<Slave>, FOM_MAX_SLAVES> slaves;
	Uppers uppers;
	std::optional<LastSwitch> last;
	std::optional<control::Unanswered> unanswered; ///< nobody answers since then
	std::uint64_t no_path_before = 0;              ///< tx_no_path, all slots, when the last switch began
	Announcer announcer;
	Prober prober;
	std::function<void(Result<control::SwitchRecord>)> asked; ///< to be told how the operator's switch came out
	EventSource clock;                                        ///< when the model wants to be woken
	EventSource recheck;                                      ///< a look at the slaves after the kernel switched

	/// The kernel's own net_failover: it and its slaves stay where they are and as they are.
	[[nodiscard]] bool adopted() const { return port == 0; }
	/// Slot of the slave with this ifindex, of the hidden namespace unless adopted.
	[[nodiscard]] std::optional<model::Slot> slot_of(int ifindex) const;
	/// Slot by the slave's name or role, slaves that are gone left out.
	[[nodiscard]] std::optional<model::Slot> slot_named(const std::string &name_or_role) const;
	/// Slot of a living slave of this role.
	[[nodiscard]] std::optional<model::Slot> slot_with(fom_role role) const;
	/// Where a new slave of this role goes: its predecessor's place, so that counters continue, else a free one.
	[[nodiscard]] std::optional<model::Slot> place_for(fom_role role) const;
	/// "" for FOM_NO_SLOT.
	[[nodiscard]] std::string slave_name(model::Slot slot) const;
};

/// What the master is to the kernel.
[[nodiscard]] const char *link_kind(const Master &master);
/// Lower is preferred.
[[nodiscard]] unsigned rank_of(fom_role role);
[[nodiscard]] model::Settings model_settings(const config::Settings &settings);

} // namespace failover
