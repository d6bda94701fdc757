// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace failover::test {

/// A directory of its own, gone with everything in it at the end of the scope.
class TempDir {
public:
	TempDir() {
		auto pattern = (std::filesystem::temp_directory_path() / "failover-test-XXXXXX").string();
		if (!::mkdtemp(pattern.data()))
			throw std::runtime_error("cannot make a temporary directory");
		path_ = pattern;
	}
	TempDir(const TempDir &) = delete;
	TempDir &operator=(const TempDir &) = delete;
	~TempDir() {
		std::error_code ignored;
		std::filesystem::remove_all(path_, ignored);
	}

	[[nodiscard]] std::string path() const { return path_; }
	[[nodiscard]] std::string operator/(const std::string &name) const { return path_ / name; }

	/// Returns the full path; directories are made as needed.
	std::string write(const std::string &name, const std::string &text) const {
		const auto file = path_ / name;
		std::filesystem::create_directories(file.parent_path());
		std::ofstream(file, std::ios::binary) << text;
		return file;
	}

	[[nodiscard]] static std::string read(const std::string &file) {
		std::ifstream in(file, std::ios::binary);
		return {std::istreambuf_iterator<char>(in), {}};
	}

private:
	std::filesystem::path path_;
};

} // namespace failover::test
