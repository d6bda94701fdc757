// SPDX-License-Identifier: GPL-2.0-only
#include "takeover/sysctls.hpp"

#include "base/fd.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string_view>
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

/// One interface's folder, opened once: there are some 170 values, and the way to each is seven names long.
class Folder {
public:
	Folder(const std::string &folder, const std::string &interface)
	    : fd_(::open(fmt::format("{}{}{}", kRoot, folder, interface).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
	}

	/// Nothing when it cannot be read; an unset stable_secret answers EIO.
	[[nodiscard]] std::optional<std::string> read(const std::string &name) const {
		const UniqueFd fd(::openat(fd_.get(), name.c_str(), O_RDONLY | O_CLOEXEC));
		if (!fd)
			return std::nullopt;
		std::array<char, kMaxValue> value; // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read()
		const ssize_t size = ::read(fd.get(), value.data(), value.size());
		if (size < 0)
			return std::nullopt;
		std::string_view text(value.data(), static_cast<std::size_t>(size));
		while (text.ends_with('\n'))
			text.remove_suffix(1);
		return std::string(text);
	}

	/// 0, or an errno.
	[[nodiscard]] int write(const std::string &name, const std::string &value) const {
		if (!fd_)
			return ENOENT;
		const UniqueFd fd(::openat(fd_.get(), name.c_str(), O_WRONLY | O_CLOEXEC));
		return !fd || ::write(fd.get(), value.data(), value.size()) < 0 ? errno : 0;
	}

	[[nodiscard]] bool has_writable(const std::string &name) const {
		struct stat info {};
		return ::fstatat(fd_.get(), name.c_str(), &info, 0) == 0 && S_ISREG(info.st_mode) &&
		       (info.st_mode & S_IWUSR);
	}

private:
	UniqueFd fd_;
};

/// addr_gen_mode is an attribute of the link. The times have a twin in milliseconds that says the same, and the kernel
/// logs who uses them (net/ipv6/ndisc.c).
bool is_told_elsewhere(const std::string &name) {
	return name == "addr_gen_mode" || name == "base_reachable_time" || name == "retrans_time";
}

} // namespace

std::vector<Sysctl> read_sysctls(const std::string &interface) {
	std::vector<Sysctl> found;
	for (const char *folder : kFolders) {
		const Folder own(folder, interface), defaults(folder, "default");
		std::error_code error; // no IPv6, or an MTU below its minimum: no folder
		for (const auto &entry :
		     fs::directory_iterator(fmt::format("{}{}{}", kRoot, folder, interface), error)) {
			const std::string name = entry.path().filename();
			if (is_told_elsewhere(name) || !own.has_writable(name))
				continue;
			if (auto value = own.read(name)) {
				const bool same = defaults.read(name) == value;
				found.push_back({fmt::format("{}%/{}", folder, name), std::move(*value), same});
			}
		}
	}
	std::ranges::sort(found, {}, &Sysctl::path);
	return found;
}

std::vector<std::string> write_sysctls(const std::string &interface, const std::vector<Sysctl> &sysctls) {
	std::vector<std::string> failures;
	std::map<std::string, Folder, std::less<>> folders;
	for (const auto &[path, value, is_default] : sysctls) {
		const std::string folder = path.substr(0, path.find('%')), name = path.substr(path.rfind('/') + 1);
		const Folder &own = folders.try_emplace(folder, folder, interface).first->second;
		const auto now = own.read(name);
		if (now == value)
			continue;
		if (const int error = own.write(name, value))
			failures.push_back(fmt::format("setting {} from {} to {}: {}", full_path(path, interface),
						       now.value_or("unset"), value, std::strerror(error)));
	}
	return failures;
}

} // namespace failover::takeover
