// SPDX-License-Identifier: GPL-2.0-only
#include "report.hpp"

#include <cerrno>
#include <cstdio>
#include <fstream>

namespace failover::traffic {

Status write_report(const std::string &path, const nlohmann::json &report) {
	const std::string temporary = path + ".new";
	{
		std::ofstream file(temporary, std::ios::trunc);
		file << report.dump() << '\n';
		file.flush();
		if (!file)
			return fail_errno(errno, fmt::format("writing {}", temporary));
	}
	if (std::rename(temporary.c_str(), path.c_str()) != 0)
		return fail_errno(errno, fmt::format("renaming {} to {}", temporary, path));
	return {};
}

nlohmann::json report_of(const SequenceLog &log) {
	auto ranges = nlohmann::json::array();
	auto details = nlohmann::json::array();
	for (const auto &range : log.lost()) {
		ranges.push_back({range.first, range.last});
		details.push_back({{"first", range.first},
				   {"last", range.last},
				   {"sent_after_ns", range.sent_after_ns},
				   {"sent_before_ns", range.sent_before_ns}});
	}
	return {{"received", log.received()},     {"highest", static_cast<std::int64_t>(log.next()) - 1},
		{"lost", std::move(ranges)},      {"lost_ranges", std::move(details)},
		{"lost_total", log.lost_total()}, {"duplicates", log.duplicates()},
		{"reordered", log.reordered()}};
}

} // namespace failover::traffic
