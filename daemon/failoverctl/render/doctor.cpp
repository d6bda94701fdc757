// SPDX-License-Identifier: GPL-2.0-only
#include "render/doctor.hpp"

#include "render/text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace failover::ctl {

namespace {

constexpr std::size_t kIndent = 4;
/// Advice is read, not scanned: lines longer than this are hard to.
constexpr std::size_t kReadable = 100;

Tone tone_of(Severity severity) {
	return severity == Severity::Problem   ? Tone::Bad
	       : severity == Severity::Warning ? Tone::Warn
	       : severity == Severity::Ok      ? Tone::Good
					       : Tone::Strong;
}

std::string mark(Severity severity, const View &view) {
	const char *symbol = severity == Severity::Problem   ? view.cross()
			     : severity == Severity::Warning ? "!"
			     : severity == Severity::Ok      ? view.check()
							     : "i";
	return view.paint(tone_of(severity), symbol);
}

std::string wrapped(std::string_view text, std::size_t width) {
	std::string out;
	std::string line;
	while (!text.empty()) {
		const std::string_view word = text.substr(0, text.find(' '));
		text.remove_prefix(std::min(word.size() + 1, text.size()));
		if (!line.empty() && kIndent + columns(line) + 1 + columns(word) > width) {
			out += fmt::format("{:{}}{}\n", "", kIndent, line);
			line.clear();
		}
		line += line.empty() ? "" : " ";
		line += word;
	}
	return out + fmt::format("{:{}}{}\n", "", kIndent, line);
}

std::string verdict(const std::vector<Finding> &findings, const View &view) {
	const auto count = [&](Severity severity) {
		return static_cast<std::size_t>(std::ranges::count(findings, severity, &Finding::severity));
	};
	std::vector<std::string> parts;
	for (const Severity severity : {Severity::Problem, Severity::Warning, Severity::Note}) {
		if (const std::size_t number = count(severity); number > 0)
			parts.push_back(view.paint(tone_of(severity), counted(number, severity_name(severity))));
	}
	if (parts.empty())
		return view.paint(Tone::Good, "All is well.") + "\n";
	return fmt::format("{}.\n", fmt::join(parts, ", "));
}

} // namespace

std::string render_doctor(const std::vector<Finding> &findings, const View &view) {
	std::vector<Finding> sorted = findings;
	std::ranges::stable_sort(sorted, std::ranges::greater{}, &Finding::severity);
	const std::size_t width = view.width == 0 ? kReadable : std::min(view.width, kReadable);
	std::string text;
	for (const Finding &finding : sorted) {
		text += fmt::format("{} {}{}\n", mark(finding.severity, view),
				    finding.master.empty() ? "" : view.paint(Tone::Strong, finding.master) + ": ",
				    finding.message);
		if (!finding.advice.empty())
			text += wrapped(finding.advice, width);
	}
	return text + "\n" + verdict(findings, view);
}

} // namespace failover::ctl
