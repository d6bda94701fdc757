// SPDX-License-Identifier: GPL-2.0-only
// The daemon's log: one line a thing, to stderr, with the level the journal understands (sd-daemon(3)).
#pragma once

#include <fmt/format.h>
#include <string>
#include <string_view>
#include <vector>

namespace failover::log {

enum class Level { kError = 3, kWarning = 4, kNotice = 5, kInfo = 6, kDebug = 7 };

/// Lines above this level are dropped.
void set_level(Level level);
void write(Level level, std::string_view text);

template <typename... Args> void error(fmt::format_string<Args...> format, Args &&...args) {
	write(Level::kError, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args> void warning(fmt::format_string<Args...> format, Args &&...args) {
	write(Level::kWarning, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args> void notice(fmt::format_string<Args...> format, Args &&...args) {
	write(Level::kNotice, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args> void info(fmt::format_string<Args...> format, Args &&...args) {
	write(Level::kInfo, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args> void debug(fmt::format_string<Args...> format, Args &&...args) {
	write(Level::kDebug, fmt::format(format, std::forward<Args>(args)...));
}

/// Each of them as a warning about the same thing.
inline void warn_all(std::string_view subject, const std::vector<std::string> &lines) {
	for (const auto &line : lines)
		warning("{}: {}", subject, line);
}

} // namespace failover::log
