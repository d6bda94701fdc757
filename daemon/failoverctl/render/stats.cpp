// SPDX-License-Identifier: GPL-2.0-only
#include "render/stats.hpp"

#include "control/fields.hpp"
#include "render/table.hpp"
#include "render/text.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace failover::ctl {

namespace {

using control::Counters;
using control::MasterState;
using control::SlaveState;

/// `of` gives the counters to show for a slave.
template <typename CountersOf>
std::string render(const std::vector<MasterState> &masters, std::string_view unit, const View &view, CountersOf of) {
	if (masters.empty())
		return "No masters.\n";
	using enum Table::Align;
	Table table({Left, Left, Left, Left, Right, Right, Right, Right, Right, Right, Right, Right});
	table.add({"MASTER", " ", "SLAVE", "ROLE", fmt::format("TX PKTS{}", unit), fmt::format("TX BYTES{}", unit),
		   fmt::format("RX PKTS{}", unit), fmt::format("RX BYTES{}", unit), "DUPLICATE", "REFLECTED", "RESCUED",
		   "NO PATH"});
	for (const MasterState &master : masters) {
		std::string name = view.paint(Tone::Strong, master.name);
		for (const SlaveState &slave : master.slaves) {
			const bool active = slave.name == master.active;
			const Counters counters = of(master, slave);
			table.add({name, active ? view.paint(Tone::Good, view.arrow()) : " ", slave.name, slave.role,
				   grouped(counters.tx_packets), bytes(counters.tx_bytes), grouped(counters.rx_packets),
				   bytes(counters.rx_bytes), grouped(counters.rx_duplicate),
				   grouped(counters.rx_reflected), grouped(counters.tx_rescued),
				   view.paint(counters.tx_no_path > 0 ? Tone::Warn : Tone::Plain,
					      grouped(counters.tx_no_path))});
			name.clear();
		}
	}
	std::string text;
	for (const auto &line : table.lines())
		text += shortened(line, view.width, view.ellipsis()) + "\n";
	return text;
}

const SlaveState *find(const std::vector<MasterState> &masters, const std::string &master, const std::string &slave) {
	for (const MasterState &known : masters) {
		const auto found = std::ranges::find(known.slaves, slave, &SlaveState::name);
		if (known.name == master && found != known.slaves.end())
			return &*found;
	}
	return nullptr;
}

/// A slave that came since counts from zero; counters that fell (made anew) show nothing rather than nonsense.
Counters rate(const Counters &before, const Counters &after, double seconds) {
	std::vector<std::uint64_t> old;
	control::for_each_field(before, [&](const char *, std::uint64_t value) { old.push_back(value); });
	Counters out = after;
	auto was = old.begin();
	control::for_each_field(out, [&](const char *, std::uint64_t &value) {
		const std::uint64_t start = *was++;
		const std::uint64_t grown = value >= start ? value - start : 0;
		value = static_cast<std::uint64_t>(std::llround(static_cast<double>(grown) / seconds));
	});
	return out;
}

} // namespace

std::string render_stats(const std::vector<MasterState> &masters, const View &view) {
	return render(printable(masters), "", view,
		      [](const MasterState &, const SlaveState &slave) { return slave.counters; });
}

std::string render_rates(const std::vector<MasterState> &before, const std::vector<MasterState> &after, double seconds,
			 const View &view) {
	const auto earlier = printable(before);
	return render(printable(after), "/S", view, [&](const MasterState &master, const SlaveState &slave) {
		const SlaveState *was = find(earlier, master.name, slave.name);
		return rate(was == nullptr ? Counters{} : was->counters, slave.counters, seconds);
	});
}

} // namespace failover::ctl
