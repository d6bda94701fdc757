// SPDX-License-Identifier: GPL-2.0-only
#include "process/log.hpp"

#include <cstdlib>
#include <string>
#include <unistd.h>

namespace failover::log {

namespace {

Level threshold = Level::kInfo;

} // namespace

void set_level(Level level) {
	threshold = level;
}

void write(Level level, std::string_view text) {
	if (level > threshold)
		return;
	// Only the journal reads the level; a person at a terminal need not.
	static const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;
	const std::string line =
	    journal ? fmt::format("<{}>{}\n", static_cast<int>(level), text) : fmt::format("failoverd: {}\n", text);
	if (::write(STDERR_FILENO, line.data(), line.size()) < 0)
		return; // nowhere to complain to
}

} // namespace failover::log
