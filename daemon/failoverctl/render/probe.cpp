// SPDX-License-Identifier: GPL-2.0-only
#include "render/probe.hpp"

#include "render/table.hpp"
#include "render/text.hpp"

#include <fmt/format.h>

namespace failover::ctl {

namespace {

std::string mark(const std::string &state, const View &view) {
	if (state == "yes")
		return view.paint(Tone::Good, view.check());
	if (state == "no")
		return view.paint(Tone::Bad, view.cross());
	return view.paint(Tone::Faint, "-");
}

} // namespace

std::string render_probe(const control::ProbeReport &raw, const View &view) {
	const auto report = printable(raw);
	std::string text = fmt::format("Backend: {}\n\n", view.paint(Tone::Strong, report.backend));
	Table table({4, Table::Align::Left});
	for (const auto &capability : report.capabilities)
		table.add({mark(capability.state, view), capability.name, capability.state,
			   view.paint(Tone::Faint, capability.detail)});
	for (const auto &line : table.lines())
		text += shortened(line, view.width, view.ellipsis()) + "\n";
	return text;
}

} // namespace failover::ctl
