// SPDX-License-Identifier: GPL-2.0-only
#include "manager/module_masters.hpp"

#include "control/words.hpp"
#include "kmod/state.hpp"
#include "manager/doubt.hpp"
#include "master/nic.hpp"
#include "master/pairing.hpp"
#include "netlink/route_socket.hpp"
#include "process/hidden_netns.hpp"
#include "process/log.hpp"

#include <algorithm>

namespace failover {

namespace {

/// What the module announces by (kmod/announce.c); its own schedule, of which the first so many rounds are kept.
constexpr std::size_t kMostRounds = 30;

kmod::Options options_of(const config::Settings &settings) {
	kmod::Options options;
	options.failback = settings.failback == config::Failback::never ? FOM_FAILBACK_NEVER : FOM_FAILBACK_ALWAYS;
	options.updelay_ms = static_cast<std::uint32_t>(settings.failback_delay.count());
	options.announce_rounds = static_cast<std::uint8_t>(
	    settings.notify ? std::clamp<std::size_t>(settings.notify_schedule.size(), 1, kMostRounds) : 0);
	return options;
}

/// Settings that only the ebpf backend has.
std::vector<const char *> foreign_to_the_module(const config::Settings &settings) {
	const config::Settings usual;
	std::vector<const char *> names;
	if (settings.notify_off_macs != usual.notify_off_macs)
		names.push_back("notify-off-macs");
	if (settings.notify_schedule != usual.notify_schedule)
		names.push_back("notify-schedule-ms (all but the number of rounds)");
	if (settings.xdp == config::XdpMode::on)
		names.push_back("xdp");
	return names;
}

std::string health_in_words(const kmod::Slave &slave) {
	if (slave.flags & FOM_SLAVE_LEAVING)
		return "its driver is letting go of it";
	return slave.device.up ? "it has no carrier" : "it is down";
}

/// "it has no carrier" and the like, for the journal; nothing for events that are told otherwise or not at all.
std::optional<control::EventRecord> record_of(const fom_event &event, const std::string &slave) {
	control::EventRecord record;
	switch (event.type) {
	case FOM_EVENT_CARRIER:
		record.kind = "carrier";
		record.message = fmt::format("{} {}", slave, event.to ? "has carrier" : "lost carrier");
		break;
	case FOM_EVENT_UNBIND:
		record.kind = "unbind";
		record.message = fmt::format("the driver of {} lets go of its device", slave);
		break;
	case FOM_EVENT_JOINED:
		record.kind = "slave-joined";
		record.message =
		    fmt::format("{} joined as {}", slave, control::role_name(static_cast<fom_role>(event.to)));
		break;
	case FOM_EVENT_LEFT:
		record.kind = "slave-left";
		record.message = fmt::format("{} is gone", slave);
		break;
	case FOM_EVENT_BOUND:
		record.kind = "bind";
		record.message = fmt::format("the device of {} has a driver", slave);
		break;
	case FOM_EVENT_BUS_MASTER:
		record.kind = "bus-master";
		record.message = fmt::format("the device of {} may {}access memory", slave, event.to ? "" : "no more ");
		break;
	case FOM_EVENT_MOVED:
		record = moved_event("", slave);
		break;
	default:
		return std::nullopt;
	}
	record.time = wall_clock_us(EventLoop::Time(event.time_ns));
	record.slave = slave;
	return record;
}

} // namespace

Status ModuleMasters::start(const config::Config &config) {
	config_ = config;
	auto monitor = kmod::EventMonitor::open();
	if (!monitor)
		return tl::unexpected(std::move(monitor.error()));
	monitor_.emplace(std::move(*monitor));
	auto source = loop_.on_readable(
	    monitor_->fd(),
	    [this] {
		    auto done = monitor_->read([this](const kmod::MonitorEvent &event) {
			    if (const auto *happening = std::get_if<kmod::ModuleEvent>(&event))
				    happened(*happening);
			    else if (std::holds_alternative<kmod::ModuleCame>(event))
				    came();
			    else if (std::holds_alternative<kmod::ModuleWent>(event))
				    went();
			    else
				    log::notice("events of the kernel module were lost");
		    });
		    if (!done)
			    log::warning("{}", done.error().message);
	    },
	    false);
	if (!source)
		return tl::unexpected(std::move(source.error()));
	source_ = std::move(*source);
	came();
	return {};
}

void ModuleMasters::came() {
	auto module = kmod::KernelModule::open();
	if (!module) {
		log::error("the kernel module cannot be spoken to: {}", module.error().message);
		return;
	}
	module_ = std::move(*module);
	if (!module_)
		return;
	log::info("the kernel module is loaded: guests with VIRTIO_NET_F_STANDBY have their master from it");
	if (auto netns = module_->hidden_netns(); netns && !*netns) {
		// Its own helper could not, in an initramfs without it perhaps, or has not come to it yet.
		auto given = in_new_netns([] { return kmod::KernelModule::hide_slaves_here(); });
		log::write(given ? log::Level::kInfo : log::Level::kError,
			   given ? "the kernel module had no hidden namespace; it has one now" : given.error().message);
	}
	configure();
}

void ModuleMasters::went() {
	module_.reset();
	for (const auto &[master, silence] : unanswered_)
		neighbours_.end(master);
	unanswered_.clear();
	silences_.clear();
}

std::vector<kmod::Master> ModuleMasters::look() {
	if (!module_)
		return {};
	auto masters = module_->masters();
	if (!masters) {
		log::error("{}", masters.error().message);
		return {};
	}
	for (const auto &master : *masters) {
		names_[master.device.ifindex] = master.device.name;
		for (const auto &slave : master.slaves)
			slaves_[{master.index, slave.slot}] = slave.device.name;
	}
	return std::move(*masters);
}

std::string ModuleMasters::slave_name(const fom_event &event, std::uint32_t slot) const {
	if (slot == FOM_NO_SLOT)
		return "";
	const auto known = slaves_.find({event.master, slot});
	return known == slaves_.end() ? fmt::format("slot {}", slot) : known->second;
}

void ModuleMasters::happened(const kmod::ModuleEvent &event) {
	if (event.event.type == FOM_EVENT_JOINED || !names_.contains(event.master))
		(void)look();
	const auto &name = names_[event.master];
	if (event.event.type == FOM_EVENT_SWITCH)
		return switched(name, event);
	const auto slave = event.slave.empty() ? slave_name(event.event, event.event.from) : event.slave;
	auto record = record_of(event.event, slave);
	if (!record)
		return;
	record->master = name;
	log::info("{}: {}", name, record->message);
	journal_.add(std::move(*record));
	// A master begins with its first slave.
	if (event.event.type == FOM_EVENT_JOINED)
		configure();
}

void ModuleMasters::switched(const std::string &master, const kmod::ModuleEvent &event) {
	control::SwitchRecord change;
	change.time = wall_clock_us(EventLoop::Time(event.event.time_ns));
	change.from = slave_name(event.event, event.event.from);
	change.to = slave_name(event.event, event.event.to);
	change.cause = control::cause_name(static_cast<fom_cause>(event.event.cause));
	change.by = "kernel";
	auto record = switch_event(master, change);
	log::notice("{}: {}", master, record.message);
	journal_.add(std::move(record));
	const auto cause = static_cast<fom_cause>(event.event.cause);
	silences_[event.master].switched(event.event.from, event.event.to, cause);
	// What led back is known of the slave before; else it is to be found out anew.
	if (cause != FOM_CAUSE_PROBE)
		unanswered_.erase(event.master);
	if (event.event.to == FOM_NO_SLOT)
		neighbours_.end(event.master);
	else
		neighbours_.begin(event.master);
}

void ModuleMasters::neighbours_checked(int ifindex, const std::vector<std::string> &silent) {
	const auto masters = look();
	const auto master =
	    std::ranges::find_if(masters, [&](const auto &one) { return one.device.ifindex == ifindex; });
	if (master == masters.end())
		return neighbours_.end(ifindex);
	if (silent.empty())
		return neighbours_answer(*master);
	const auto state = state_of(*master);
	auto &silence = unanswered_[ifindex] = unanswered_by(state, silent);
	auto event = unanswered_event(state.name, silence);
	log::warning("{}: {}", state.name, event.message);
	journal_.add(std::move(event));
	const auto doubt = doubt_for_silence(*master, silences_[ifindex], EventLoop::now());
	if (!doubt || !tell(*master, *doubt))
		return;
	if (const auto now = find(state.name); now && now->active != master->active)
		silence.back_on = state_of(*now).active;
}

void ModuleMasters::neighbours_answer(const kmod::Master &master) {
	const int ifindex = master.device.ifindex;
	const auto state = state_of(master);
	auto &known = silences_[ifindex];
	known.answered();
	const auto *active = master.slave_in(master.active);
	if (active && active->slot == known.active() && active->doubt_ms > 0)
		(void)tell(master, {active->slot, 0});
	const auto silence = unanswered_.find(ifindex);
	if (silence == unanswered_.end() || silence->second.slave != state.active)
		return;
	unanswered_.erase(silence);
	log::notice("{}: neighbours answer again", state.name);
	journal_.add(answered_event(state.name, state.active));
}

bool ModuleMasters::tell(const kmod::Master &master, kmod::Doubt doubt) {
	const auto done = module_->set_options(master.device.ifindex, {.doubt = doubt});
	if (!done)
		log::error("{}: {}", master.device.name, done.error().message);
	return done.has_value();
}

void ModuleMasters::reconfigure(const config::Config &config) {
	config_ = config;
	told_.clear();
	configure();
}

void ModuleMasters::configure() {
	std::set<std::string> in_use;
	for (const auto &master : look())
		configure(master, in_use);
}

void ModuleMasters::configure(const kmod::Master &master, std::set<std::string> &in_use) {
	const auto &name = master.device.name;
	std::optional<Nic> nic;
	// It has the standby's parent, MAC and name: a section that fits the standby fits it.
	auto route = netlink::RouteSocket::open();
	auto ethtool = netlink::EthtoolSocket::open();
	if (route && ethtool)
		if (auto link = route->link(master.device.ifindex); link && *link)
			nic = describe_nic(**link, *ethtool);
	if (const auto *standby = master.slave_with(FOM_ROLE_STANDBY); nic && standby)
		nic->driver = standby->device.driver;
	const auto *rule = rule_of(name, nic, config_, in_use);
	const auto &settings = rule ? rule->settings : config_.defaults;
	if (rule)
		in_use.insert(rule->origin);
	if (told_.insert(name).second)
		for (const char *setting : foreign_to_the_module(settings))
			log::warning("{}: {} has no effect, the kernel module has no such setting", name, setting);
	const auto options = options_of(settings).but_for(master);
	if (options.empty())
		return;
	if (auto done = module_->set_options(master.device.ifindex, options); !done)
		log::error("{}: {}", name, done.error().message);
	else
		log::info("{}: the kernel module has taken its settings", name);
}

control::MasterState ModuleMasters::state_of(const kmod::Master &master) const {
	auto state = kmod::state_of(master);
	// What has left since is known by its name here.
	if (const auto known = slaves_.find({master.index, master.last_from});
	    state.last && state.last->from.empty() && known != slaves_.end())
		state.last->from = known->second;
	if (const auto silence = unanswered_.find(master.device.ifindex); silence != unanswered_.end())
		state.unanswered = silence->second;
	return state;
}

std::vector<control::MasterState> ModuleMasters::states() {
	std::vector<control::MasterState> states;
	for (const auto &master : look())
		states.push_back(state_of(master));
	return states;
}

std::optional<kmod::Master> ModuleMasters::find(const std::string &name) {
	auto masters = look();
	const auto found =
	    std::ranges::find_if(masters, [&](const auto &master) { return master.device.name == name; });
	return found == masters.end() ? std::nullopt : std::optional(std::move(*found));
}

Result<control::SwitchRecord> ModuleMasters::switch_to(const kmod::Master &master, const kmod::Slave &slave) {
	if (!(slave.flags & FOM_SLAVE_USABLE))
		return fail(fmt::format("{} cannot carry traffic now ({})", slave.device.name, health_in_words(slave)));
	const int ifindex = master.device.ifindex;
	if (auto done = module_->set_options(ifindex, {.chosen = slave.slot}); !done)
		return tl::unexpected(std::move(done.error()));
	const auto now = find(master.device.name);
	if (now && now->active == slave.slot)
		return state_of(*now).last.value_or(control::SwitchRecord{});
	if (auto undone = module_->set_options(ifindex, {.chosen = master.chosen}); !undone)
		log::error("{}: {}", master.device.name, undone.error().message);
	return fail("the slave failed before it could take over");
}

Result<control::SwitchRecord> ModuleMasters::release_choice(const kmod::Master &master) {
	if (auto done = module_->set_options(master.device.ifindex, {.chosen = FOM_NO_SLOT}); !done)
		return tl::unexpected(std::move(done.error()));
	const auto now = find(master.device.name);
	return state_of(now.value_or(master)).last.value_or(control::SwitchRecord{});
}

control::Capability ModuleMasters::capability() {
	if (!module_)
		return {"kernel module", "unused", "fom.ko is not loaded: masters are made by BPF"};
	const auto masters = look().size();
	auto netns = module_->hidden_netns();
	return {"kernel module", netns && *netns ? "yes" : "no",
		fmt::format("{} of it{}", masters == 1 ? "one master" : fmt::format("{} masters", masters),
			    netns && *netns ? ", slaves are hidden"
					    : ", slaves are visible: there is no hidden namespace")};
}

} // namespace failover
