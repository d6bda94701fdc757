// SPDX-License-Identifier: GPL-2.0-only
// How things are shown: everything a renderer depends on besides the state itself.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace failover::ctl {

enum class Tone {
	Plain,
	Strong, ///< names
	Faint,  ///< beside the point
	Good,
	Warn,
	Bad,
};

struct View {
	bool colour = false;
	bool terminal = false; ///< somebody looks at it right now
	bool unicode = true;   ///< false: symbols of plain ASCII, for a serial console
	std::size_t width = 0; ///< columns, 0: as long as it takes (not a terminal)
	std::int64_t now = 0;  ///< microseconds since the epoch

	[[nodiscard]] std::string paint(Tone tone, std::string_view text) const;

	[[nodiscard]] const char *dot() const { return unicode ? "●" : "*"; }
	[[nodiscard]] const char *hollow_dot() const { return unicode ? "○" : "o"; }
	[[nodiscard]] const char *arrow() const { return unicode ? "→" : "->"; }
	[[nodiscard]] const char *separator() const { return unicode ? "·" : "-"; }
	[[nodiscard]] const char *ellipsis() const { return unicode ? "…" : "~"; }
	[[nodiscard]] const char *check() const { return unicode ? "✓" : "+"; }
	[[nodiscard]] const char *cross() const { return unicode ? "✗" : "x"; }
};

/// The view of this process's standard output: a terminal's width and colours, NO_COLOR (https://no-color.org),
/// the locale's characters, the time. `colour` is "auto", "always" or "never"; `full`: lines are not cut.
[[nodiscard]] View view_of_stdout(std::string_view colour, bool full);

} // namespace failover::ctl
