// SPDX-License-Identifier: GPL-2.0-only
#include "master/feature_memory.hpp"

#include "base/whole_file.hpp"

#include <cerrno>
#include <fstream>
#include <unistd.h>

namespace failover {

namespace {

std::string path_for(const std::string &directory, int ifindex) {
	return fmt::format("{}/features-{}", directory, ifindex);
}

} // namespace

Status remember_features(const std::string &directory, int ifindex, const FeatureValues &before) {
	const std::string path = path_for(directory, ifindex);
	if (before.empty()) {
		if (::unlink(path.c_str()) < 0 && errno != ENOENT)
			return fail_errno(errno, fmt::format("removing {}", path));
		return {};
	}
	return write_whole_file(path, [&before](std::ostream &file) {
		for (const auto &[name, on] : before)
			file << name << (on ? " on\n" : " off\n");
	});
}

FeatureValues recall_features(const std::string &directory, int ifindex) {
	FeatureValues before;
	std::ifstream file(path_for(directory, ifindex));
	for (std::string line; std::getline(file, line);) {
		const auto space = line.find(' ');
		if (space == 0 || space == std::string::npos)
			continue;
		const auto value = line.substr(space + 1);
		if (value == "on" || value == "off")
			before[line.substr(0, space)] = value == "on";
	}
	return before;
}

} // namespace failover
