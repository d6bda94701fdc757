// SPDX-License-Identifier: GPL-2.0-only
#include "render/status.hpp"

#include "render/events.hpp"
#include "render/table.hpp"
#include "render/text.hpp"
#include "render/words.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace failover::ctl {

namespace {

using control::MasterState;
using control::SlaveState;

constexpr std::size_t kKeyWidth = 12;

class Page {
public:
	explicit Page(const View &view) : view_(view) {}

	void line(std::string_view text) { out_ += shortened(text, view_.width, view_.ellipsis()) + "\n"; }
	void field(std::string_view key, std::string_view value) {
		line(fmt::format("{:>{}}{} {}", key, kKeyWidth, key.empty() ? ' ' : ':', value));
	}
	[[nodiscard]] std::string take() { return std::move(out_); }

private:
	const View &view_;
	std::string out_;
};

std::string headline(const MasterState &master, const View &view) {
	const Standing standing = standing_of(master);
	const Tone tone = tone_of(standing);
	const char *dot = standing == Standing::NoPath ? view.hollow_dot() : view.dot();
	std::string text = fmt::format("{} {}  ", view.paint(tone, dot), view.paint(Tone::Strong, master.name));
	if (const SlaveState *active = active_slave(master))
		text += fmt::format("traffic on {} ({}) {} ", view.paint(Tone::Strong, active->name), active->role,
				    view.separator());
	text += view.paint(tone, standing_words(master));
	return is_silent(master)
		   ? fmt::format("{} {} {}", text, view.separator(), view.paint(Tone::Bad, "nobody answers"))
		   : text;
}

void add_silence(Page &page, const control::Unanswered &silence, const View &view) {
	page.field("Unanswered",
		   view.paint(silence.back_on.empty() ? Tone::Bad : Tone::Warn,
			      fmt::format("nobody answered by {} since {}; {}", silence.slave,
					  absolute_time(silence.since), time_ago(silence.since, view.now))));
	page.field("", fmt::format("asked {}", fmt::join(silence.asked, ", ")));
	page.field("", silence.hint);
	if (!silence.back_on.empty())
		page.field("", fmt::format("back on {}, {} is tried again later", silence.back_on, silence.slave));
}

std::string active_words(const MasterState &master, const View &view) {
	const SlaveState *active = active_slave(master);
	std::string text = active == nullptr
			       ? view.paint(Tone::Bad, "none")
			       : fmt::format("{} ({})", view.paint(Tone::Good, active->name), active->role);
	if (master.since > 0)
		text += fmt::format(" since {}; {}", absolute_time(master.since), time_ago(master.since, view.now));
	return text;
}

std::string last_switch_words(const control::SwitchRecord &change, const View &view) {
	const std::string lost =
	    change.lost == 0
		? "lost nothing"
		: view.paint(Tone::Warn,
			     fmt::format("lost {}", counted(static_cast<std::uint64_t>(change.lost), "frame")));
	return fmt::format("{} {} {}, took {}, {}, by the {}, {}", change.from.empty() ? "none" : change.from,
			   view.arrow(), change.to.empty() ? "none" : change.to, duration(change.duration_us), lost,
			   change.by, time_ago(change.time, view.now));
}

std::string master_words(const MasterState &master, const View &view) {
	return fmt::format("{}, MTU {}, {}, ifindex {}", master.mac, master.mtu,
			   master.carrier ? "carrier" : view.paint(Tone::Bad, "no carrier"), master.ifindex);
}

std::string backend_words(const MasterState &master) {
	std::vector<std::string_view> how;
	for (const std::string *word : {&master.link, &master.hook}) {
		if (!word->empty())
			how.push_back(*word);
	}
	std::string text = master.backend;
	if (!how.empty())
		text += fmt::format(" ({})", fmt::join(how, ", "));
	if (!master.liveness.empty())
		text += fmt::format(", a dead slave is seen by {}",
				    master.liveness == "fentry" ? master.liveness : "the " + master.liveness);
	return text;
}

std::string traffic_words(const control::Counters &counters, const View &view) {
	std::string text =
	    fmt::format("tx {} ({}) {} rx {} ({})", counted(counters.tx_packets, "packet"), bytes(counters.tx_bytes),
			view.separator(), counted(counters.rx_packets, "packet"), bytes(counters.rx_bytes));
	struct Extra {
		std::uint64_t count;
		const char *what;
	};
	for (const auto &[count, what] :
	     {Extra{counters.rx_duplicate, "duplicates"}, Extra{counters.rx_reflected, "reflected"},
	      Extra{counters.tx_rescued, "rescued"}}) {
		if (count > 0)
			text += fmt::format(" {} {} {}", view.separator(), grouped(count), what);
	}
	text = view.paint(Tone::Faint, text);
	// First, where a narrow terminal does not cut it off.
	if (counters.tx_no_path > 0)
		text = fmt::format("{} {} {}",
				   view.paint(Tone::Warn, grouped(counters.tx_no_path) + " dropped for want of a path"),
				   view.separator(), text);
	return text;
}

void add_slaves(Page &page, const MasterState &master, const View &view) {
	Table table({6, Table::Align::Left});
	for (const SlaveState &slave : master.slaves) {
		const bool active = slave.name == master.active;
		table.add({active ? view.paint(Tone::Good, view.arrow()) : " ",
			   view.paint(active ? Tone::Strong : Tone::Plain, slave.name), slave.role,
			   view.paint(tone_of_health(slave.health), slave.health),
			   slave.health == "gone" ? "-"
			   : slave.carrier        ? "carrier"
						  : "no carrier",
			   fmt::format("{}{}{}, MTU {}{}", slave.driver.empty() ? "?" : slave.driver,
				       slave.bus.empty() ? "" : " ", slave.bus, slave.mtu, slave.xdp ? ", xdp" : "")});
	}
	const auto rows = table.lines();
	for (std::size_t i = 0; i < rows.size(); ++i) {
		page.field(i == 0 ? "Slaves" : "", rows[i]);
		if (master.slaves[i].doubted_until > 0)
			page.field("", "   " + view.paint(Tone::Warn,
							  doubt_words(master.slaves[i]) + ": nobody answered by it"));
		page.field("", "   " + traffic_words(master.slaves[i].counters, view));
	}
	if (rows.empty())
		page.field("Slaves", view.paint(Tone::Bad, "none"));
}

} // namespace

std::string render_master(const MasterState &raw, const std::vector<control::EventRecord> &events, const View &view) {
	const MasterState master = printable(std::vector{raw}).front();
	Page page(view);
	page.line(headline(master, view));
	page.field("Active", active_words(master, view));
	if (master.unanswered)
		add_silence(page, *master.unanswered, view);
	if (master.last) {
		page.field("Why", fmt::format("{}: {}", master.last->cause, cause_words(*master.last)));
		page.field("Last switch", last_switch_words(*master.last, view));
	}
	page.field("Switches", grouped(static_cast<std::uint64_t>(master.switches)));
	page.field("Master", master_words(master, view));
	page.field("Backend", backend_words(master));
	page.field("Policy", fmt::format("{}, announcements {}", master.policy,
					 master.notify ? "on" : view.paint(Tone::Warn, "off")));
	add_slaves(page, master, view);
	std::string text = page.take();
	if (!events.empty())
		text += "\n" + render_events(events, view);
	return text;
}

std::string render_status(const std::vector<MasterState> &masters, const std::vector<control::EventRecord> &events,
			  std::size_t events_each, const View &view) {
	if (masters.empty())
		return "No masters.\n";
	std::string text;
	for (const MasterState &master : masters) {
		std::vector<control::EventRecord> own;
		std::ranges::copy_if(events, std::back_inserter(own),
				     [&](const auto &event) { return event.master == master.name; });
		if (own.size() > events_each)
			own.erase(own.begin(), own.end() - static_cast<std::ptrdiff_t>(events_each));
		text += (text.empty() ? "" : "\n") + render_master(master, own, view);
	}
	return text;
}

} // namespace failover::ctl
