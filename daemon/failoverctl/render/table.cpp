// SPDX-License-Identifier: GPL-2.0-only
#include "render/table.hpp"

#include "render/text.hpp"

#include <algorithm>

namespace failover::ctl {

std::vector<std::string> Table::lines() const {
	std::vector<std::size_t> widths(align_.size(), 0);
	for (const auto &row : rows_) {
		for (std::size_t i = 0; i < std::min(row.size(), widths.size()); ++i)
			widths[i] = std::max(widths[i], columns(row[i]));
	}
	std::vector<std::string> out;
	for (const auto &row : rows_) {
		std::string line;
		for (std::size_t i = 0; i < std::min(row.size(), widths.size()); ++i) {
			const std::string gap(widths[i] - columns(row[i]), ' ');
			line += i == 0 ? "" : "  ";
			line += align_[i] == Align::Right ? gap + row[i] : row[i] + gap;
		}
		line.erase(line.find_last_not_of(' ') + 1);
		out.push_back(std::move(line));
	}
	return out;
}

} // namespace failover::ctl
