// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "takeover/snapshot.hpp"

#include <chrono>
#include <iosfwd>
#include <string>

namespace failover::takeover {

/// A snapshot in a file, for as long as its configuration stands on no interface: whoever comes after a daemon that was
/// killed meanwhile finds it there. One JSON object a line, each with the kind of thing as its only key ("address",
/// "route", ...); the first line tells the format and when (CLOCK_BOOTTIME) the snapshot was taken, the last one that
/// nothing is missing.

/// Whole or not at all, readable by root alone.
[[nodiscard]] Status write_record(const std::string &path, const Snapshot &snapshot);
/// As it would be captured now: lifetimes are shorter by the time that has passed, and what has run out is left out.
/// An error names the file and the line; ENOENT where there is none.
[[nodiscard]] Result<Snapshot> read_record(const std::string &path);

/// The same without a file. `now`, `taken`: CLOCK_BOOTTIME; `name`: what errors call the place.
void write_record(std::ostream &out, const Snapshot &snapshot, std::chrono::nanoseconds taken);
[[nodiscard]] Result<Snapshot> read_record(std::istream &in, const std::string &name, std::chrono::nanoseconds now);

} // namespace failover::takeover
