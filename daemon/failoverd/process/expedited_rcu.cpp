// SPDX-License-Identifier: GPL-2.0-only
#include "process/expedited_rcu.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>

namespace failover {

namespace {

bool write_setting(const std::string &path, int value) {
	std::ofstream file(path);
	file << value << std::flush;
	return file.good();
}

std::optional<int> read_setting(const std::string &path) {
	int value = 0;
	if (std::ifstream(path) >> value)
		return value;
	return std::nullopt;
}

void unnote(const std::string &note) {
	std::error_code error;
	std::filesystem::remove(note, error);
}

} // namespace

BorrowedSetting::BorrowedSetting(std::string path, int value, std::string note)
    : path_(std::move(path)), note_(std::move(note)) {
	const auto now = read_setting(path_);
	if (!now || *now == value || !write_setting(note_, *now))
		return;
	if (write_setting(path_, value))
		before_ = now;
	else
		unnote(note_);
}

BorrowedSetting::~BorrowedSetting() {
	if (!before_)
		return;
	write_setting(path_, *before_);
	unnote(note_);
}

void BorrowedSetting::give_back_left(const std::string &path, const std::string &note) {
	if (const auto before = read_setting(note))
		write_setting(path, *before);
	unnote(note);
}

} // namespace failover
