// SPDX-License-Identifier: GPL-2.0-only
#include "base/whole_file.hpp"

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <sys/stat.h>

namespace failover {

Status write_whole_file(const std::string &path, const std::function<void(std::ostream &)> &write) {
	const std::string fresh = path + ".new";
	std::ofstream file(fresh);
	// Before anything is in it.
	if (!file || ::chmod(fresh.c_str(), S_IRUSR | S_IWUSR) < 0)
		return fail_errno(errno, fmt::format("writing {}", fresh));
	write(file);
	file.close();
	if (!file || std::rename(fresh.c_str(), path.c_str()) < 0)
		return fail_errno(errno, fmt::format("writing {}", path));
	return {};
}

} // namespace failover
