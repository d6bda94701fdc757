// SPDX-License-Identifier: GPL-2.0-only
#include "expedited_rcu.hpp"

#include <fstream>

namespace failover {

ExpeditedRcu::ExpeditedRcu(std::string switch_path) : path_(std::move(switch_path)) {
	int now = -1;
	std::ifstream(path_) >> now;
	if (now == 0) {
		std::ofstream file(path_);
		file << 1 << std::flush;
		ours_ = file.good();
	}
}

ExpeditedRcu::~ExpeditedRcu() {
	if (ours_)
		std::ofstream(path_) << 0 << std::flush;
}

} // namespace failover
