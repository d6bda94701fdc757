// SPDX-License-Identifier: GPL-2.0-only
// What a master does when its active slave changes: the kernel's table, the record, the announcements.
#include "manager/manager.hpp"
#include "manager/subjects.hpp"
#include "process/log.hpp"

#include <algorithm>
#include <atomic>
#include <random>

namespace failover {

namespace {

/// Link notifications can lag by a second (linkwatch) after the kernel has acted on the state itself.
constexpr std::chrono::milliseconds kRecheckDelay{1500};

} // namespace

void Manager::perform(Master &master, const model::Actions &actions) {
	for (const auto &action : actions) {
		if (const auto *carrier = std::get_if<model::SetCarrier>(&action)) {
			set_carrier(master, carrier->on);
			continue;
		}
		if (std::holds_alternative<model::Announce>(action)) {
			announce(master, false);
			continue;
		}
		const auto &wanted = std::get<model::Switch>(action);
		if (!wanted.by_kernel && !claim(master, wanted)) {
			follow_kernel(master, wanted.from);
			return;
		}
		switched(master, wanted);
	}
	// Kept where a daemon that comes after this one finds it.
	kernel_.maps.masters().at(master.index).chosen =
	    static_cast<std::uint8_t>(master.model.operator_choice().value_or(FOM_NO_SLOT));
	arm_clock(master);
	run_prober(master);
	answer_operator(master);
}

void Manager::run_prober(Master &master) {
	auto &nonce = kernel_.maps.masters().at(master.index).probe_nonce;
	const auto candidate = master.model.probing();
	const model::Slot active = master.model.active();
	if (!candidate || active >= master.slaves.size() || !master.slaves[active] || !master.slaves[*candidate]) {
		master.prober.stop();
		std::atomic_ref(nonce).store(0);
		return;
	}
	const auto &path = master.prober.path();
	if (master.prober.running() && path.candidate == *candidate && path.active == active)
		return;
	std::random_device random;
	const std::uint64_t fresh = (std::uint64_t{random()} << 32 | random()) | 1; // never 0
	std::atomic_ref(nonce).store(fresh);
	log::debug("{}: probing the path of {}", master.name, master.slave_name(*candidate));
	master.prober.start(loop_, sender_of(master),
			    {*candidate, active, master.slaves[*candidate]->ifindex, master.slaves[active]->ifindex,
			     master.mac, fresh});
}

bool Manager::claim(Master &master, const model::Switch &wanted) {
	fom_master &entry = kernel_.maps.masters().at(master.index);
	std::uint32_t expected = wanted.from;
	if (!std::atomic_ref(entry.active).compare_exchange_strong(expected, wanted.to))
		return false;
	entry.last_from = static_cast<std::uint8_t>(wanted.from);
	entry.last_cause = wanted.cause;
	entry.switched_ns = static_cast<std::uint64_t>(wanted.when.count());
	std::atomic_ref(entry.switches).fetch_add(1);
	return true;
}

void Manager::follow_kernel(Master &master, model::Slot known) {
	const fom_master &entry = kernel_.maps.masters().at(master.index);
	master.model.adopt_active(known);
	perform(master, master.model.kernel_switched(known, entry.active, static_cast<fom_cause>(entry.last_cause),
						     EventLoop::Time(entry.switched_ns)));
}

std::uint64_t Manager::no_path_total(const Master &master) const {
	std::uint64_t total = 0;
	for (unsigned slot = 0; slot < FOM_MAX_SLAVES; ++slot)
		if (master.slaves[slot])
			if (auto stats = kernel_.maps.stats(master.index, slot))
				total += stats->tx_no_path;
	return total;
}

void Manager::switched(Master &master, const model::Switch &action) {
	// First tell the fabric: until it knows, what it sends is lost. Then the books.
	master.last =
	    LastSwitch{action.from, action.to, action.cause, action.by_kernel, action.when, EventLoop::Time{0}, 0};
	announce(master, true);
	// What led back is known of the slave before; else it is to be found out anew.
	if (action.cause != FOM_CAUSE_PROBE)
		master.unanswered.reset();
	check_neighbours(master);

	const std::uint64_t no_path = no_path_total(master);
	master.last->lost = no_path - master.no_path_before;
	master.no_path_before = no_path;
	note_switch(master, *master.last);
	if (action.by_kernel) {
		const unsigned index = master.index;
		auto timer = loop_.at(EventLoop::now() + kRecheckDelay, [this, index] {
			if (Master *again = by_index(index))
				check_slaves(*again);
		});
		if (timer)
			master.recheck = std::move(*timer);
	}
}

void Manager::note_switch(const Master &master, const LastSwitch &last) {
	auto event = switch_event(master.name, record_of(master, last));
	log::notice("{}: {}", master.name, event.message);
	journal_.add(std::move(event));
}

void Manager::check_neighbours(Master &master) {
	if (master.model.active() == FOM_NO_SLOT)
		neighbours_.end(master.visible);
	else
		neighbours_.begin(master.visible);
}

void Manager::neighbours_checked(int visible, const std::vector<std::string> &silent) {
	const auto found = std::ranges::find_if(masters_, [&](const auto &one) { return one->visible == visible; });
	if (found == masters_.end())
		return;
	Master &master = **found;
	const auto by = master.slave_name(master.model.active());
	if (silent.empty()) {
		master.model.answered();
		if (!master.unanswered || master.unanswered->slave != by)
			return;
		master.unanswered.reset();
		log::notice("{}: neighbours answer again", master.name);
		return journal_.add(answered_event(master.name, by));
	}
	master.unanswered = unanswered_by(state_of(master), silent);
	const auto actions = master.model.unanswered(EventLoop::now());
	if (!actions.empty())
		master.unanswered->back_on = master.slave_name(master.model.active());
	auto event = unanswered_event(master.name, *master.unanswered);
	log::warning("{}: {}", master.name, event.message);
	journal_.add(std::move(event));
	perform(master, actions);
}

void Manager::announce(Master &master, bool switched) {
	const model::Slot slot = master.model.active();
	if (!master.rule.settings.notify || slot >= master.slaves.size() || !master.slaves[slot] ||
	    master.slaves[slot]->gone()) {
		master.announcer.stop();
		return;
	}
	Announcer::Settings settings;
	settings.offsets = master.rule.settings.notify_schedule;
	settings.options.notify_off_macs = master.rule.settings.notify_off_macs;
	settings.options.mtu = master.mtu;
	Master *self = &master;
	master.announcer.start(
	    loop_, sender_of(master), master.slaves[slot]->ifindex, master.mac, std::move(settings),
	    [this, self] { return subjects_of(*self, kernel_.visible_route); },
	    [self, switched](std::size_t frames, const Status &outcome) {
		    if (!outcome) {
			    log::warning("{}: {}", self->name, outcome.error().message);
			    return;
		    }
		    if (switched && self->last && self->last->announced == EventLoop::Time{0})
			    self->last->announced = EventLoop::now();
		    log::debug("{}: {} announcements sent", self->name, frames);
	    });
}

void Manager::set_carrier(Master &master, bool on) {
	master.port_up = on;
	if (master.adopted()) // net_failover sees to that
		return;
	if (auto done = kernel_.hidden_route.set_link(master.port, netlink::LinkChange().set_up(on)); !done)
		log::error("{}: {}", master.name, done.error().message);
	const std::string line = on ? "the master has a path" : "no slave can carry traffic, the master has no carrier";
	log::write(on ? log::Level::kInfo : log::Level::kError, fmt::format("{}: {}", master.name, line));
	journal_.add("carrier", master.name, "", line);
}

void Manager::arm_clock(Master &master) {
	master.clock = {};
	const auto wake = master.model.wake_at();
	if (!wake)
		return;
	const unsigned index = master.index;
	auto timer = loop_.at(*wake, [this, index] {
		if (Master *again = by_index(index))
			perform(*again, again->model.clock(EventLoop::now()));
	});
	if (timer)
		master.clock = std::move(*timer);
}

control::SwitchRecord Manager::record_of(const Master &master, const LastSwitch &last) const {
	control::SwitchRecord record;
	record.time = wall_clock_us(last.when);
	record.from = master.slave_name(last.from);
	record.to = master.slave_name(last.to);
	record.cause = cause_name(last.cause);
	record.by = last.by_kernel ? "kernel" : "daemon";
	if (last.announced > last.when)
		record.duration_us =
		    std::chrono::duration_cast<std::chrono::microseconds>(last.announced - last.when).count();
	record.lost = static_cast<std::int64_t>(last.lost);
	return record;
}

void Manager::switch_to(Master &master, model::Slot slot, SwitchAnswer answer) {
	if (!master.model.usable(slot)) {
		const Slave &slave = *master.slaves[slot];
		answer(fail(fmt::format("{} cannot carry traffic now ({})", slave.name,
					slave.gone()     ? "it is unplugged"
					: !slave.up      ? "it is down"
					: !slave.carrier ? "it has no carrier"
							 : "its driver is letting go of it")));
		return;
	}
	if (master.asked)
		master.asked(fail("another switch was asked for meanwhile"));
	master.asked = std::move(answer);
	perform(master, master.model.operator_chose(slot, EventLoop::now()));
	answer_operator(master);
}

void Manager::release_choice(Master &master) {
	perform(master, master.model.operator_released(EventLoop::now()));
}

void Manager::answer_operator(Master &master) {
	const auto choice = master.model.operator_choice();
	if (!master.asked || (choice && *choice != master.model.active()))
		return; // its path is being proven
	const auto answer = std::exchange(master.asked, nullptr);
	if (!choice || !master.last)
		answer(fail("the slave failed before it could take over"));
	else
		answer(record_of(master, *master.last));
}

} // namespace failover
