// SPDX-License-Identifier: GPL-2.0-only
#include "render/events.hpp"

#include "render/text.hpp"
#include "render/words.hpp"

#include <fmt/format.h>

namespace failover::ctl {

namespace {

/// Longest of the kinds: lines that come one by one still stand in columns.
constexpr std::size_t kKindWidth = 12;
constexpr std::size_t kMasterWidth = 8;

Tone tone_of_kind(const control::EventRecord &event) {
	if (event.switch_record)
		return event.switch_record->to.empty() ? Tone::Bad : Tone::Strong;
	if (event.kind == "refused" || event.kind == "unanswered")
		return Tone::Bad;
	if (event.kind == "slave-left" || event.kind == "unbind" || event.kind == "unplugged")
		return Tone::Warn;
	return Tone::Plain;
}

} // namespace

std::string render_event(const control::EventRecord &raw, const View &view) {
	const control::EventRecord event = printable(std::vector{raw}).front();
	const std::string what = event.switch_record ? switch_words(*event.switch_record, view)
				 : event.slave.empty() || event.message.find(event.slave) != std::string::npos
				     ? event.message
				     : fmt::format("{}: {}", event.slave, event.message);
	const std::string kind = fmt::format("{:<{}}", event.kind, kKindWidth);
	const std::string line = fmt::format("{}  {:<{}}  {}  {}", view.paint(Tone::Faint, event_time(event.time)),
					     event.master.empty() ? "-" : event.master, kMasterWidth,
					     view.paint(tone_of_kind(event), kind), what);
	return shortened(line, view.width, view.ellipsis()) + "\n";
}

std::string render_events(const std::vector<control::EventRecord> &events, const View &view) {
	std::string text;
	for (const auto &event : events)
		text += render_event(event, view);
	return text;
}

} // namespace failover::ctl
