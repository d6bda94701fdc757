// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>
#include <vector>

namespace failover::ctl {

/// Columns that are as wide as their widest cell, two spaces apart. Cells may hold colours.
class Table {
public:
	enum class Align { Left, Right };

	explicit Table(std::vector<Align> columns) : align_(std::move(columns)) {}

	/// Fewer cells than columns leave the rest empty.
	void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
	/// One string a row, without trailing spaces or newline.
	[[nodiscard]] std::vector<std::string> lines() const;

private:
	std::vector<Align> align_;
	std::vector<std::vector<std::string>> rows_;
};

} // namespace failover::ctl
