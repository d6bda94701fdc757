// SPDX-License-Identifier: GPL-2.0-only
#include "render/list.hpp"

#include "render/table.hpp"
#include "render/text.hpp"
#include "render/words.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace failover::ctl {

namespace {

std::string summary(const std::vector<control::MasterState> &masters) {
	const auto count = [&](Standing standing) {
		return static_cast<std::size_t>(std::ranges::count_if(
		    masters, [&](const auto &master) { return standing_of(master) == standing; }));
	};
	std::string text = counted(masters.size(), "master");
	if (const std::size_t alone = count(Standing::Alone); alone > 0)
		text += fmt::format(", {} without redundancy", alone);
	if (const std::size_t none = count(Standing::NoPath); none > 0)
		text += fmt::format(", {} without a path", none);
	return text + ".\n";
}

} // namespace

std::string render_list(const std::vector<control::MasterState> &raw, const View &view) {
	if (raw.empty())
		return "No masters.\n";
	const auto masters = printable(raw);
	using enum Table::Align;
	Table table({Left, Left, Left, Left, Left, Right, Left, Left});
	table.add({" ", "MASTER", "ACTIVE", "ROLE", "SINCE", "SWITCHES", "BACKEND", "STATE"});
	for (const auto &master : masters) {
		const Standing standing = standing_of(master);
		const auto *active = active_slave(master);
		const Tone tone = tone_of(standing);
		table.add({view.paint(tone, standing == Standing::NoPath ? view.hollow_dot() : view.dot()),
			   view.paint(Tone::Strong, master.name), active == nullptr ? "-" : active->name,
			   active == nullptr ? "-" : active->role,
			   master.since > 0 ? time_ago(master.since, view.now) : "-",
			   grouped(static_cast<std::uint64_t>(master.switches)), master.backend,
			   is_silent(master) ? view.paint(Tone::Bad, "nobody answers, " + standing_words(master))
					     : view.paint(tone, standing_words(master))});
	}
	std::string text;
	for (const auto &line : table.lines())
		text += shortened(line, view.width, view.ellipsis()) + "\n";
	return text + "\n" + summary(masters);
}

} // namespace failover::ctl
