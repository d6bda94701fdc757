// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

namespace failover::test {

/// A file of the source tree, by its path from the root. Tests run there (unit/CMakeLists.txt): what the compiler knows
/// of a file's place is where some checkout stood when it was compiled, and a cache of compilations outlives that.
inline std::string source_file(const std::string &name) {
	if (!std::filesystem::exists(name))
		throw std::runtime_error(name + ": not here; run this in the root of the source tree, as ctest does");
	return name;
}

} // namespace failover::test
