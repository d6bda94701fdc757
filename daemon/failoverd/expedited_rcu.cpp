// SPDX-License-Identifier: GPL-2.0-only
#include "expedited_rcu.hpp"

#include <fstream>

namespace failover {

namespace {

bool write_setting(const std::string &path, int value) {
	std::ofstream file(path);
	file << value << std::flush;
	return file.good();
}

} // namespace

BorrowedSetting::BorrowedSetting(std::string path, int value) : path_(std::move(path)) {
	int now = 0;
	if (std::ifstream(path_) >> now && now != value && write_setting(path_, value))
		before_ = now;
}

BorrowedSetting::~BorrowedSetting() {
	if (before_)
		write_setting(path_, *before_);
}

} // namespace failover
