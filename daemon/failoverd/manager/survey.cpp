// SPDX-License-Identifier: GPL-2.0-only
// Which masters and slaves there are to be, by what is in the visible namespace and by what is configured.
#include "formation/adoption.hpp"
#include "formation/formation.hpp"
#include "manager/manager.hpp"
#include "master/pairing.hpp"
#include "master/rules.hpp"
#include "process/log.hpp"
#include "sync/features.hpp"
#include "sync/filters.hpp"

#include <algorithm>
#include <atomic>

namespace failover {

// Made once for however many notifications, from a fresh look: what they said may be history.
void Manager::survey_soon() {
	if (auto timer = loop_.at(EventLoop::now(), [this] { survey(); }))
		survey_ = std::move(*timer);
}

void Manager::reconfigure(config::Config config) {
	config_ = std::move(config);
	std::set<std::string> in_use;
	for (auto &master : masters_) {
		take_rule(kernel_, *master, config_, in_use);
		allow_suspicion(*master);
		perform(*master,
			master->model.settings_changed(model_settings(master->rule.settings), EventLoop::now()));
	}
	refused_.clear();
	survey_soon();
}

void Manager::survey() {
	auto links = kernel_.visible_route.links();
	if (!links) {
		log::error("{}", links.error().message);
		return;
	}
	const auto gone = [&](const std::string &name) {
		return std::ranges::find(*links, name, &netlink::Link::name) == links->end();
	};
	refused_.erase_if(gone);
	std::erase_if(detached_, gone);
	for (auto &master : masters_)
		look_above(*master, *links);
	survey_net_failovers(*links);
	form_masters(candidates(*links));

	// The standbys of new masters are hidden now, their names belong to the masters.
	if (links = kernel_.visible_route.links(); !links)
		return;
	for (const auto &nic : candidates(*links)) {
		const auto owner = std::ranges::find_if(masters_, [&](const auto &master) {
			return !master->adopted() && is_primary_of(master->rule, master->mac, nic);
		});
		if (owner != masters_.end() && !refused_.bars(nic.link.name, nic.link.ifindex, EventLoop::now()))
			join(**owner, nic, FOM_ROLE_PRIMARY);
	}
	survey_again();
}

void Manager::survey_again() {
	try_again_ = {};
	const auto when = refused_.next(EventLoop::now());
	if (!when)
		return;
	if (auto timer = loop_.at(*when, [this] { survey(); }))
		try_again_ = std::move(*timer);
}

void Manager::survey_net_failovers(const std::vector<netlink::Link> &links) {
	const auto there = find_net_failovers(links, kernel_.visible_ethtool);
	for (std::size_t i = masters_.size(); i-- > 0;)
		if (masters_[i]->adopted() && std::ranges::none_of(there, [&](const NetFailover &one) {
			    return one.master.ifindex == masters_[i]->visible;
		    }))
			master_gone(*masters_[i]);
	forget_absent(kernel_, there);
	for (const auto &found : there) {
		const auto known = std::ranges::find_if(
		    masters_, [&](const auto &master) { return master->visible == found.master.ifindex; });
		if (known != masters_.end()) {
			check_slaves(**known);
			for (const auto &nic : found.slaves)
				join_adopted(**known, nic);
			continue;
		}
		if (detached_.contains(found.master.name) ||
		    refused_.bars(found.master.name, found.master.ifindex, EventLoop::now()))
			continue;
		auto master = adopt_master(kernel_, found, config_);
		if (master) {
			(void)adopt(std::move(*master), {});
		} else {
			(void)refused_.add(found.master.name, found.master.ifindex, EventLoop::now(),
					   Refusals::Again::never);
			log::error("{}: {}", found.master.name, master.error().message);
			journal_.add("refused", found.master.name, "", master.error().message);
		}
	}
}

std::vector<Nic> Manager::candidates(const std::vector<netlink::Link> &links, const std::set<std::string> &wanted) {
	std::vector<Nic> nics;
	for (const auto &link : links) {
		const bool ours =
		    std::ranges::any_of(masters_, [&](const auto &master) { return master->visible == link.ifindex; });
		if (!ours &&
		    (wanted.contains(link.name) || (!(link.flags & IFF_LOOPBACK) && !detached_.contains(link.name))))
			nics.push_back(describe_nic(link, kernel_.visible_ethtool));
	}
	return nics;
}

void Manager::form_masters(const std::vector<Nic> &nics) {
	std::set<std::string> in_use;
	for (const auto &master : masters_)
		in_use.insert(master->rule.origin);
	for (const auto &proposal : propose_masters(nics, config_, in_use)) {
		const std::string name = proposal.standby->link.name;
		const int ifindex = proposal.standby->link.ifindex;
		if (refused_.bars(name, ifindex, EventLoop::now()))
			continue;
		std::vector<std::string> notes;
		auto master = form_master(kernel_, *proposal.standby, proposal.rule, notes);
		if (master) {
			(void)adopt(std::move(*master), notes);
			continue;
		}
		const auto &[error, was_away] = master.error();
		const auto again = was_away ? Refusals::Again::never : Refusals::Again::any_time;
		if (!refused_.add(name, ifindex, EventLoop::now(), again))
			continue;
		log::error("{}{}", error.message,
			   was_away ? "; it is not tried again before a reload, or `failoverctl attach`" : "");
		journal_.add("refused", name, name, error.message);
	}
}

void Manager::look_above(Master &master, const std::vector<netlink::Link> &links) {
	const auto self = std::ranges::find(links, master.visible, &netlink::Link::ifindex);
	if (self == links.end())
		return;
	auto uppers = uppers_of(master, links);
	if (!master.adopted() && uppers != master.uppers) {
		master.uppers = std::move(uppers);
		log::warn_all(master.name, sync_filters(kernel_, master));
	}
	// Addresses that a pair cannot filter make it promiscuous without a word.
	master_changed(master, *self);
	// What those have sent must not enter again where it comes back.
	auto &entry = kernel_.maps.masters().at(master.index);
	std::atomic_ref(entry.others).store(others_behind(master, links));
}

Master *Manager::adopt(std::unique_ptr<Master> fresh, const std::vector<std::string> &notes) {
	Master &master = *fresh;
	log::warn_all(master.name, notes);
	if (!master.adopted())
		sync_features(kernel_, master);
	masters_.push_back(std::move(fresh));
	survey_soon(); // what stands above it
	const auto now = EventLoop::now();
	std::string slaves;
	for (model::Slot slot = 0; slot < master.slaves.size(); ++slot) {
		const auto &slave = master.slaves[slot];
		if (!slave || slave->gone())
			continue;
		slaves += fmt::format("{}{} ({})", slaves.empty() ? "" : ", ", slave->name, role_name(slave->role));
		master.model.adopt_slave(slot, rank_of(slave->role), slave->carrier, now);
		listen(*slave);
	}
	allow_suspicion(master);
	perform(master, master.model.clock(now));
	log::info("{}: master with {} by {}, {}", master.name, slaves, link_kind(master), bpf::hook_name(master.hook));
	journal_.add("attached", master.name, "",
		     fmt::format("{} is {}, with {}", master.name,
				 master.adopted() ? "the kernel's net_failover, helped from now on" : "a master now",
				 slaves));
	return &master;
}

void Manager::join_adopted(Master &master, const Nic &nic) {
	if (master.slot_of(nic.link.ifindex))
		return;
	auto slot = adopt_slave(kernel_, master, nic);
	if (slot)
		joined(master, nic, role_in_net_failover(nic), *slot);
	else
		not_joined(master, nic, {slot.error(), false});
}

void Manager::join(Master &master, const Nic &nic, fom_role role) {
	auto slot = add_slave(kernel_, master, nic, role);
	if (slot)
		joined(master, nic, role, *slot);
	else
		not_joined(master, nic, slot.error());
}

void Manager::not_joined(const Master &master, const Nic &nic, const NotTaken &why) {
	const auto again = why.was_away ? Refusals::Again::later : Refusals::Again::any_time;
	if (!refused_.add(nic.link.name, nic.link.ifindex, EventLoop::now(), again))
		return;
	log::error("{}", why.error.message);
	journal_.add("refused", master.name, nic.link.name, why.error.message);
}

void Manager::joined(Master &master, const Nic &nic, fom_role role, model::Slot slot) {
	refused_.erase(nic.link.name);
	const Slave &slave = *master.slaves[slot];
	const std::string line =
	    fmt::format("{} ({}, {}) joined as {}", slave.name, slave.driver, slave.bus, role_name(role));
	log::info("{}: {}", master.name, line);
	journal_.add("slave-joined", master.name, slave.name, line);
	perform(master, master.model.slave_joined(slot, rank_of(role), slave.carrier, EventLoop::now()));
	allow_suspicion(master);
	listen(slave);
}

void Manager::listen(const Slave &slave) {
	if (auto done = kernel_.programs.listen(slave.driver, slave.since_before); !done)
		log::notice("{} loses its link some milliseconds before we hear of it: {}", slave.name,
			    done.error().message);
}

void Manager::allow_suspicion(Master &master) {
	auto &entry = kernel_.maps.masters().at(master.index);
	const bool returns = model_settings(master.rule.settings).failback;
	for (model::Slot slot = 0; slot < master.slaves.size(); ++slot) {
		if (!master.slaves[slot])
			continue;
		const std::atomic_ref flags(entry.slots[slot].flags);
		if (returns)
			flags.fetch_or(FOM_SLOT_RETURNS);
		else
			flags.fetch_and(~FOM_SLOT_RETURNS);
	}
}

} // namespace failover
