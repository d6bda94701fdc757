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

} // namespace failover::traffic
