// SPDX-License-Identifier: GPL-2.0-only
#include "process/hidden_netns.hpp"

#include "base/netns.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

namespace failover {

namespace {

constexpr long kNsfsMagic = 0x6e736673; // NSFS_MAGIC of include/uapi/linux/magic.h

bool is_namespace(int fd) {
	struct statfs info {};
	return ::fstatfs(fd, &info) == 0 && info.f_type == kNsfsMagic;
}

Status write_text(const char *path, const char *text) {
	UniqueFd fd(::open(path, O_WRONLY | O_CLOEXEC));
	if (!fd || ::write(fd.get(), text, 1) != 1)
		return fail_errno(errno, path);
	return {};
}

/// In the new namespace: slaves are pipes, not hosts.
Status make_silent() {
	for (const char *path :
	     {"/proc/sys/net/ipv6/conf/all/disable_ipv6", "/proc/sys/net/ipv6/conf/default/disable_ipv6"})
		if (auto done = write_text(path, "1"); !done && done.error().code != ENOENT)
			return done;
	return {};
}

Status create() {
	UniqueFd file(::open(kHiddenNetnsPath.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0444));
	if (!file)
		return fail_errno(errno, kHiddenNetnsPath);
	return in_new_netns([]() -> Status {
		if (::mount("/proc/thread-self/ns/net", kHiddenNetnsPath.c_str(), nullptr, MS_BIND, nullptr) < 0)
			return fail_errno(errno, fmt::format("keeping the hidden namespace at {}", kHiddenNetnsPath));
		return {};
	});
}

} // namespace

Status in_new_netns(const std::function<Status()> &what) {
	auto back = current_netns();
	if (!back)
		return tl::unexpected(back.error());
	if (::unshare(CLONE_NEWNET) < 0)
		return fail_errno(errno, "making a network namespace");
	Status done = make_silent();
	if (done)
		done = what();
	if (::setns(back->get(), CLONE_NEWNET) < 0)
		std::abort(); // every later socket would land in the wrong namespace
	return done;
}

Result<HiddenNetns> HiddenNetns::open_or_create() {
	std::error_code error;
	std::filesystem::create_directories(kRuntimeDir, error);
	if (error)
		return fail_errno(error.value(), kRuntimeDir);

	HiddenNetns hidden;
	auto fd = open_netns(kHiddenNetnsPath);
	if (!fd || !is_namespace(fd->get())) {
		if (auto made = create(); !made)
			return tl::unexpected(made.error());
		hidden.created = true;
		fd = open_netns(kHiddenNetnsPath);
		if (!fd)
			return tl::unexpected(fd.error());
	}
	struct stat info {};
	if (::fstat(fd->get(), &info) < 0)
		return fail_errno(errno, kHiddenNetnsPath);
	hidden.inode = static_cast<std::uint32_t>(info.st_ino);
	hidden.fd = std::move(*fd);
	return hidden;
}

Status HiddenNetns::let_go() {
	if (::umount2(kHiddenNetnsPath.c_str(), MNT_DETACH) < 0 && errno != EINVAL && errno != ENOENT)
		return fail_errno(errno, fmt::format("unmounting {}", kHiddenNetnsPath));
	std::error_code error;
	std::filesystem::remove(kHiddenNetnsPath, error);
	if (error)
		return fail_errno(error.value(), fmt::format("removing {}", kHiddenNetnsPath));
	return {};
}

} // namespace failover
