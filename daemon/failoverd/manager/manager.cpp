// SPDX-License-Identifier: GPL-2.0-only
#include "manager/manager.hpp"

#include "formation/adoption.hpp"
#include "formation/formation.hpp"
#include "formation/give_back.hpp"
#include "master/pairing.hpp"
#include "process/log.hpp"
#include "sync/features.hpp"
#include "sync/filters.hpp"
#include "sync/link_sync.hpp"

#include <algorithm>
#include <linux/if_link.h>

namespace failover {

namespace {

/// From the last loss of carrier to a look at all slaves; long enough for a common cause to reach them all.
constexpr std::chrono::milliseconds kLookAroundDelay{10};

/// Within this a driver that lets go is done: 150 to 200 ms in emulated guests, tens on real hardware.
constexpr std::chrono::milliseconds kDeviceOut{1000};

/// What another port sent longer ago has been mended by now, or never will be.
constexpr std::chrono::seconds kMovedIsNews{1};

/// The NIC that an operator names, or why it cannot be had.
Result<const Nic *> fit_for_attach(const std::vector<std::unique_ptr<Master>> &masters, const std::vector<Nic> &nics,
				   const std::string &name) {
	for (const auto &master : masters) {
		if (master->name == name)
			return fail(fmt::format("{} is a master already", name));
		for (const auto &slave : master->slaves)
			if (slave && !slave->gone() && slave->name == name)
				return fail(fmt::format("{} is a slave of {} already", name, master->name));
	}
	const auto nic = std::ranges::find_if(nics, [&](const Nic &nic) { return nic.link.name == name; });
	if (nic == nics.end())
		return fail(fmt::format("there is no interface {}", name));
	if (auto unfit = unfit_as_slave(*nic))
		return fail(fmt::format("{} cannot be a slave: {}", name, *unfit));
	return &*nic;
}

} // namespace

Manager::Manager(EventLoop &loop, Kernel kernel, Journal &journal, config::Config config)
    : loop_(loop), kernel_(std::move(kernel)), config_(std::move(config)), journal_(journal),
      neighbours_(loop, [this](int visible, const auto &silent) { neighbours_checked(visible, silent); }) {}

Status Manager::start() {
	// Subscribe first, then look: what happens in between is seen twice and never missed.
	auto visible = netlink::LinkMonitor::open();
	if (!visible)
		return tl::unexpected(visible.error());
	visible_monitor_.emplace(std::move(*visible));
	{
		auto scope = kernel_.enter_hidden();
		if (!scope)
			return tl::unexpected(scope.error());
		auto hidden = netlink::LinkMonitor::open();
		if (!hidden)
			return tl::unexpected(hidden.error());
		hidden_monitor_.emplace(std::move(*hidden));
		auto sender = FrameSender::open();
		if (!sender)
			return tl::unexpected(sender.error());
		hidden_sender_.emplace(std::move(*sender));
	}
	auto sender = FrameSender::open();
	if (!sender)
		return tl::unexpected(sender.error());
	visible_sender_.emplace(std::move(*sender));
	std::vector<std::string> notes;
	for (auto &master : recover_masters(kernel_, config_, notes))
		(void)adopt(std::move(master), {});
	for (const auto &note : notes)
		log::warning("{}", note);

	auto events =
	    bpf::EventReader::open(kernel_.maps.events_fd(), [this](const fom_event &event) { kernel_event(event); });
	if (!events)
		return tl::unexpected(events.error());
	events_.emplace(std::move(*events));

	const auto listen = [&](int fd, auto callback, bool urgent) { return loop_.on_readable(fd, callback, urgent); };
	auto visible_source = listen(
	    visible_monitor_->fd(),
	    [this] {
		    if (auto done = visible_monitor_->read([this](const auto &event) { visible_event(event); }); !done)
			    log::warning("visible namespace: {}", done.error().message);
	    },
	    false);
	auto hidden_source = listen(
	    hidden_monitor_->fd(),
	    [this] {
		    if (auto done = hidden_monitor_->read([this](const auto &event) { hidden_event(event); }); !done)
			    log::warning("hidden namespace: {}", done.error().message);
	    },
	    true); // before announcement rounds are put together: another master may wait for its switch
	auto events_source = listen(
	    events_->fd(),
	    [this] {
		    if (auto done = events_->read(); !done)
			    log::warning("{}", done.error().message);
	    },
	    true);
	for (const auto *source : {&visible_source, &hidden_source, &events_source})
		if (!*source)
			return tl::unexpected(source->error());
	visible_source_ = std::move(*visible_source);
	hidden_source_ = std::move(*hidden_source);
	events_source_ = std::move(*events_source);
	if (auto done = watch_devices(); !done)
		log::warning("what happens to devices below their links will not be told: {}", done.error().message);

	if (auto done = events_->read(); !done)
		return done;
	for (auto &master : masters_)
		check_slaves(*master);
	survey();
	return {};
}

Master *Manager::find(const std::string &name) {
	const auto found = std::ranges::find_if(masters_, [&](const auto &master) { return master->name == name; });
	return found == masters_.end() ? nullptr : found->get();
}

Master *Manager::by_index(unsigned index) {
	const auto found = std::ranges::find_if(masters_, [&](const auto &master) { return master->index == index; });
	return found == masters_.end() ? nullptr : found->get();
}

void Manager::visible_event(const netlink::MonitorEvent &event) {
	if (std::holds_alternative<netlink::ResyncNeeded>(event)) {
		resync();
		return;
	}
	const auto *change = std::get_if<netlink::LinkEvent>(&event);
	if (!change)
		return;
	const auto &link = change->link;
	const auto ours =
	    std::ranges::find_if(masters_, [&](const auto &master) { return master->visible == link.ifindex; });
	if (ours != masters_.end()) {
		auto now = kernel_.visible_route.link(link.ifindex);
		if (now && *now)
			master_changed(**ours, **now);
		else if (now)
			return master_gone(**ours);
		if (link.event == IFLA_EVENT_FEATURES && !(*ours)->adopted())
			sync_features(kernel_, **ours);
		return;
	}
	for (auto &master : masters_)
		if (const auto slot = master->adopted() ? master->slot_of(link.ifindex) : std::nullopt)
			check_slave(*master, *slot);
	survey_soon();
}

// A notification tells that something changed; by the time it is read it may have changed again. So what it says is
// not believed but looked up.
void Manager::hidden_event(const netlink::MonitorEvent &event) {
	if (std::holds_alternative<netlink::ResyncNeeded>(event)) {
		resync();
		return;
	}
	const auto *change = std::get_if<netlink::LinkEvent>(&event);
	if (!change)
		return;
	for (auto &master : masters_)
		if (const auto slot = master->adopted() ? std::nullopt : master->slot_of(change->link.ifindex)) {
			check_slave(*master, *slot);
			return;
		}
}

void Manager::check_slave(Master &master, model::Slot slot) {
	if (!master.slaves[slot] || master.slaves[slot]->gone())
		return;
	auto link = kernel_.route_of(master).link(master.slaves[slot]->ifindex);
	if (link && *link && master.adopted() && (*link)->master != master.visible)
		link->reset(); // it is there, but no slave any more
	if (!link)
		log::warning("{}: {}", master.name, link.error().message);
	else if (*link)
		slave_changed(master, slot, **link);
	else
		slave_gone(master, slot);
}

void Manager::slave_changed(Master &master, model::Slot slot, const netlink::Link &link) {
	Slave &slave = *master.slaves[slot];
	slave.up = link.flags & IFF_UP;
	slave.mtu = link.mtu;
	const bool carrier = link.carries();
	const bool lost = slave.carrier && !carrier;
	if (carrier != slave.carrier) {
		slave.carrier = carrier;
		const std::string line = fmt::format("{} {}", slave.name, carrier ? "has carrier" : "lost carrier");
		log::info("{}: {}", master.name, line);
		journal_.add("carrier", master.name, slave.name, line);
	}
	if (lost)
		look_around_soon();
	perform(master, master.model.carrier_changed(slot, carrier, EventLoop::now()));
}

// What takes the carrier of one slave may take that of many, and linkwatch tells of the first hundred at once and of
// the rest a second later (MAX_DO_DEV_PER_LOOP, net/core/link_watch.c). The devices themselves know.
void Manager::look_around_soon() {
	auto timer = loop_.at(EventLoop::now() + kLookAroundDelay, [this] {
		for (auto &master : masters_)
			check_slaves(*master);
	});
	if (timer)
		look_around_ = std::move(*timer);
}

// A hypervisor waits until the driver is done, and the programs at the device cost it grace periods that it would not
// have without us (tcx_uninstall() waits for one with the network's lock held).
void Manager::hurry_device_out() {
	auto timer = loop_.at(EventLoop::now() + kDeviceOut, [this] { hurry_.reset(); });
	if (!timer)
		return; // nothing would end it
	hurry_end_ = std::move(*timer);
	if (!hurry_)
		hurry_.emplace();
}

void Manager::slave_gone(Master &master, model::Slot slot) {
	const Slave slave = *master.slaves[slot];
	if (master.adopted()) {
		give_up_slave(kernel_, master, slot);
	} else {
		forget_slave(kernel_, master, slot);
		forget_features(slave.ifindex);
	}
	const std::string line = fmt::format("{} ({}) is gone", slave.name, role_name(slave.role));
	log::info("{}: {}", master.name, line);
	journal_.add("slave-left", master.name, slave.name, line);
	if (master.unanswered && master.unanswered->slave == slave.name)
		master.unanswered.reset(); // what returns is tried at once
	perform(master, master.model.slave_left(slot, EventLoop::now()));
	survey_soon(); // another one may have waited for this place
}

void Manager::kernel_event(const fom_event &event) {
	Master *master = by_index(event.master);
	if (!master)
		return;
	const EventLoop::Time when(event.time_ns);
	switch (event.type) {
	case FOM_EVENT_SWITCH:
		kernel_switched(*master, event);
		break;
	case FOM_EVENT_CARRIER:
		if (event.from < master->slaves.size())
			check_slave(*master, event.from);
		break;
	case FOM_EVENT_UNBIND:
		if (event.from < master->slaves.size() && master->slaves[event.from]) {
			const std::string line =
			    fmt::format("the driver of {} lets go of its device", master->slave_name(event.from));
			log::info("{}: {}", master->name, line);
			journal_.add("unbind", master->name, master->slave_name(event.from), line);
			perform(*master, master->model.slave_leaving(event.from, when));
			hurry_device_out();
		}
		break;
	case FOM_EVENT_PROBE:
		perform(*master, master->model.probe_passed(event.from, event.to, EventLoop::now()));
		break;
	case FOM_EVENT_MOVED:
		if (when + kMovedIsNews > EventLoop::now() && event.from == master->model.active())
			moved(*master, event.from);
		break;
	default:
		break;
	}
}

void Manager::moved(Master &master, model::Slot slot) {
	if (!master.rule.settings.notify)
		return;
	const auto actions = master.model.moved(EventLoop::now());
	perform(master, actions);
	if (actions.empty())
		return;
	auto record = moved_event(master.name, master.slave_name(slot));
	log::notice("{}: {}", master.name, record.message);
	journal_.add(std::move(record));
}

void Manager::kernel_switched(Master &master, const fom_event &event) {
	// Events come late, the table is the truth: several switches may lie between the two.
	const EventLoop::Time when(event.time_ns);
	const auto active = kernel_.maps.masters().at(master.index).active;
	const auto cause = static_cast<fom_cause>(event.cause);
	if (active != master.model.active())
		perform(master, master.model.kernel_switched(event.from, active, cause, when));
	else if (!master.last || master.last->when < when)
		note_switch(master, {event.from, event.to, cause, true, when, EventLoop::Time{0}, 0});
	// While a driver takes its device apart it holds the network's lock, some for 100 ms: who asks for a link then
	// waits that long, and with us the announcements of all masters. What becomes of the device is told by itself.
	if (cause != FOM_CAUSE_UNBIND)
		check_slaves(master);
}

void Manager::check_slaves(Master &master) {
	for (model::Slot slot = 0; slot < master.slaves.size(); ++slot)
		check_slave(master, slot);
}

void Manager::resync() {
	log::notice("kernel notifications were lost, looking at everything again");
	for (auto &master : masters_) {
		check_slaves(*master);
		if (!master->adopted())
			sync_features(kernel_, *master);
	}
	survey_soon();
}

void Manager::master_changed(Master &master, const netlink::Link &link) {
	if (link.name != master.name) {
		log::info("{} is called {} now", master.name, link.name);
		master.name = link.name;
	}
	if (master.adopted()) {
		master.mac = link.mac;
		master.mtu = link.mtu;
		return;
	}
	const auto mtu = master.mtu;
	if (auto done = sync_with_master(kernel_, master, link); !done) {
		log::error("{}: {}", master.name, done.error().message);
		journal_.add("refused", master.name, "", done.error().message);
	}
	if (master.mtu != mtu) { // a NIC that refused the old one may take this
		refused_.hasten(EventLoop::now());
		survey_soon();
	}
}

void Manager::master_gone(Master &master) {
	if (master.adopted()) {
		log::warning("{}: net_failover has let go of it", master.name);
		journal_.add("detached", master.name, "", "net_failover has let go of it");
		give_up_master(kernel_, master);
		neighbours_.end(master.visible);
		std::erase_if(masters_, [&](const auto &entry) { return entry.get() == &master; });
		return;
	}
	// Moved to another namespace, it lives on; deleted, its hidden end is gone too.
	if (auto port = kernel_.hidden_route.link(master.port); port && *port)
		return;
	log::warning("{}: the master was deleted, its slaves are given back", master.name);
	journal_.add("detached", master.name, "", "the master was deleted from outside");
	if (const auto back = give_back_place(kernel_, master.index, nullptr, &master)) {
		detached_.insert(back->names.begin(), back->names.end());
	} else { // the next failoverd finds them
		log::error("{}", back.error().message);
		kernel_.maps.masters().at(master.index).version = 0;
	}
	neighbours_.end(master.visible);
	std::erase_if(masters_, [&](const auto &entry) { return entry.get() == &master; });
}

Result<Master *> Manager::attach(const std::string &standby, const std::optional<std::string> &primary) {
	// A wish that is refused changes nothing: what was detached stays so until it is in a master again.
	auto links = kernel_.visible_route.links();
	if (!links)
		return tl::unexpected(links.error());
	const auto nics = candidates(*links, {standby, primary.value_or(standby)});
	const auto theirs = std::ranges::find_if(
	    nics, [&](const Nic &nic) { return nic.link.name == standby && nic.driver == kNetFailover; });
	if (theirs != nics.end() && !primary) { // it has its slaves, and is only to be helped again
		detached_.erase(standby);
		refused_.erase(standby);
		survey();
		if (Master *master = find(standby))
			return master;
		return fail(fmt::format("{} is a net_failover of the kernel's own, and could not be helped", standby));
	}
	auto nic = fit_for_attach(masters_, nics, standby);
	if (!nic)
		return tl::unexpected(nic.error());

	config::MasterConfig rule;
	rule.name = standby;
	rule.standby.name = standby;
	rule.settings = config_.defaults;
	rule.origin = "attached by the operator";
	if (const auto *configured = rule_of(standby, **nic, config_))
		rule = *configured;
	const Nic *second = nullptr;
	if (primary) {
		if (*primary == standby)
			return fail("standby and primary must be two interfaces");
		auto found = fit_for_attach(masters_, nics, *primary);
		if (!found)
			return tl::unexpected(found.error());
		second = *found;
		rule.primary = config::NicMatch{};
		rule.primary->mac = second->permanent_mac();
	}
	std::vector<std::string> notes;
	auto formed = form_master(kernel_, **nic, rule, notes);
	if (!formed)
		return tl::unexpected(formed.error().error);
	detached_.erase(standby);
	Master *master = adopt(std::move(*formed), notes);
	master->operators_primary = primary.has_value();
	if (second) {
		detached_.erase(*primary);
		join(*master, *second, FOM_ROLE_PRIMARY);
	}
	survey();
	return master;
}

Status Manager::detach(const std::string &name) {
	Master *master = find(name);
	if (!master)
		return fail(fmt::format("there is no master {}", name));
	for (const auto &slave : master->slaves)
		if (slave && !slave->gone())
			detached_.insert(slave->name);
	detached_.insert(name);
	Result<std::vector<std::string>> back;
	if (master->adopted())
		give_up_master(kernel_, *master);
	else
		back = dissolve_master(kernel_, *master);
	if (!back)
		return tl::unexpected(std::move(back.error()));
	detached_.insert(back->begin(), back->end()); // where it is not by their old names
	journal_.add("detached", name, "", fmt::format("{} is no master any more", name));
	log::info("{}: detached", name);
	neighbours_.end(master->visible);
	std::erase_if(masters_, [&](const auto &entry) { return entry.get() == master; });
	return {};
}

} // namespace failover
