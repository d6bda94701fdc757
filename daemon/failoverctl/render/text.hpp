// SPDX-License-Identifier: GPL-2.0-only
// Times, amounts and text as people read them. Times are microseconds since the epoch.
#pragma once

#include "control/types.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace failover::ctl {

/// "Tue 2023-11-14 22:13:20 UTC"
[[nodiscard]] std::string absolute_time(std::int64_t time);
/// "2023-11-14 22:13:20.123"
[[nodiscard]] std::string event_time(std::int64_t time);
/// "3min 12s ago", "in the future" for a clock that was set back.
[[nodiscard]] std::string time_ago(std::int64_t time, std::int64_t now);
/// "850 us", "1.84 ms", "2.5 s"
[[nodiscard]] std::string duration(std::int64_t microseconds);
/// "1,234,567"
[[nodiscard]] std::string grouped(std::uint64_t number);
/// "879 KiB"
[[nodiscard]] std::string bytes(std::uint64_t count);
/// "1 frame", "2 frames"
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view noun);

/// Columns that text takes on a terminal: code points, escape sequences not counted.
[[nodiscard]] std::size_t columns(std::string_view text);
/// At most `width` columns, the last one `ellipsis` where something was cut; 0: not cut.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t width, std::string_view ellipsis);

/// The same with every control character replaced: an interface may be named by anybody who can plug in a NIC, and
/// must not be able to draw on the operator's terminal.
[[nodiscard]] std::vector<control::MasterState> printable(std::vector<control::MasterState> masters);
[[nodiscard]] std::vector<control::EventRecord> printable(std::vector<control::EventRecord> events);
[[nodiscard]] control::ProbeReport printable(control::ProbeReport report);

} // namespace failover::ctl
