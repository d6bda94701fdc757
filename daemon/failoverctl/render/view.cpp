// SPDX-License-Identifier: GPL-2.0-only
#include "render/view.hpp"

#include <clocale>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <langinfo.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

namespace failover::ctl {

namespace {

// SGR codes (ECMA-48 8.3.117) that read well on dark and on light backgrounds.
const char *code_of(Tone tone) {
	switch (tone) {
	case Tone::Plain:
		return "";
	case Tone::Strong:
		return "\x1b[1m";
	case Tone::Faint:
		return "\x1b[2m";
	case Tone::Good:
		return "\x1b[1;32m";
	case Tone::Warn:
		return "\x1b[1;33m";
	case Tone::Bad:
		return "\x1b[1;31m";
	}
	return "";
}

bool is_set(const char *name) {
	const char *value = std::getenv(name);
	return value != nullptr && *value != '\0';
}

bool wants_colour(std::string_view when, bool terminal) {
	if (when != "auto")
		return when == "always";
	const char *kind = std::getenv("TERM");
	return terminal && !is_set("NO_COLOR") && kind != nullptr && std::strcmp(kind, "dumb") != 0;
}

std::size_t terminal_width() {
	if (const char *columns = std::getenv("COLUMNS")) {
		if (const long width = std::strtol(columns, nullptr, 10); width > 0)
			return static_cast<std::size_t>(width);
	}
	winsize size{};
	if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return 80;
}

} // namespace

std::string View::paint(Tone tone, std::string_view text) const {
	if (!colour || tone == Tone::Plain || text.empty())
		return std::string(text);
	return fmt::format("{}{}\x1b[0m", code_of(tone), text);
}

View view_of_stdout(std::string_view colour, bool full) {
	const bool terminal = ::isatty(STDOUT_FILENO) == 1;
	std::setlocale(LC_CTYPE, "");
	timespec now{};
	::clock_gettime(CLOCK_REALTIME, &now);
	View view;
	view.colour = wants_colour(colour, terminal);
	view.unicode = std::strcmp(::nl_langinfo(CODESET), "UTF-8") == 0;
	view.terminal = terminal;
	view.width = terminal && !full ? terminal_width() : 0;
	view.now = now.tv_sec * 1'000'000 + now.tv_nsec / 1000;
	return view;
}

} // namespace failover::ctl
