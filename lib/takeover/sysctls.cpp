// SPDX-License-Identifier: GPL-2.0-only
#include "takeover/sysctls.hpp"

#include "base/fd.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <sys/stat.h>

namespace failover::takeover {

namespace {

namespace fs = std::filesystem;

// The kernel shows the network namespace of the thread that looks.
constexpr const char *kRoot = "/proc/sys/net/";
constexpr std::array kFolders = {"ipv4/conf/", "ipv4/neigh/", "ipv6/conf/", "ipv6/neigh/"};
constexpr std::size_t kMaxValue = 4096;

std::string full_path(const std::string &path, const std::string &interface) {
	const auto mark = path.find('%');
	return kRoot + path.substr(0, mark) + interface + path.substr(mark + 1);
}

/// Nothing when it cannot be read; an unset stable_secret answers EIO.
std::optional<std::string> read_value(const std::string &path) {
	UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
	if (!fd)
		return std::nullopt;
	std::string value(kMaxValue, '\0');
	const ssize_t size = ::read(fd.get(), value.data(), value.size());
	if (size < 0)
		return std::nullopt;
	value.resize(static_cast<std::size_t>(size));
	while (!value.empty() && value.back() == '\n')
		value.pop_back();
	return value;
}

int write_value(const std::string &path, const std::string &value) {
	UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
	if (!fd || ::write(fd.get(), value.data(), value.size()) < 0)
		return errno;
	return 0;
}

bool is_writable_file(const fs::path &path) {
	struct stat info {};
	return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && (info.st_mode & S_IWUSR);
}

/// addr_gen_mode is an attribute of the link. The times have a twin in milliseconds that says the same, and the kernel
/// logs who uses them (net/ipv6/ndisc.c).
bool is_told_elsewhere(const std::string &name) {
	return name == "addr_gen_mode" || name == "base_reachable_time" || name == "retrans_time";
}

} // namespace

std::vector<Sysctl> read_sysctls(const std::string &interface) {
	std::vector<Sysctl> found;
	for (const char *folder : kFolders) {
		std::error_code error; // no IPv6, or an MTU below its minimum: no folder
		for (const auto &entry : fs::directory_iterator(kRoot + std::string(folder) + interface, error)) {
			const std::string name = entry.path().filename();
			if (is_told_elsewhere(name) || !is_writable_file(entry.path()))
				continue;
			const std::string path = std::string(folder) + "%/" + name;
			if (auto value = read_value(full_path(path, interface))) {
				const bool same = read_value(full_path(path, "default")) == value;
				found.push_back({path, std::move(*value), same});
			}
		}
	}
	std::ranges::sort(found, {}, &Sysctl::path);
	return found;
}

std::vector<std::string> write_sysctls(const std::string &interface, const std::vector<Sysctl> &sysctls) {
	std::vector<std::string> failures;
	for (const auto &[path, value, is_default] : sysctls) {
		const std::string where = full_path(path, interface);
		const auto now = read_value(where);
		if (now == value)
			continue;
		if (const int error = write_value(where, value))
			failures.push_back(fmt::format("setting {} from {} to {}: {}", where, now.value_or("unset"),
						       value, std::strerror(error)));
	}
	return failures;
}

} // namespace failover::takeover
