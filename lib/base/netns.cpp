// SPDX-License-Identifier: GPL-2.0-only
#include "base/netns.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sched.h>

namespace failover {

Result<UniqueFd> open_netns(const std::string &path) {
	UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
	if (!fd)
		return fail_errno(errno, fmt::format("network namespace {}", path));
	return fd;
}

Result<UniqueFd> current_netns() {
	return open_netns("/proc/thread-self/ns/net");
}

Result<NetnsScope> NetnsScope::enter(int netns_fd) {
	auto back = current_netns();
	if (!back)
		return tl::unexpected(std::move(back.error()));
	if (::setns(netns_fd, CLONE_NEWNET) < 0)
		return fail_errno(errno, "entering a network namespace");
	return NetnsScope(std::move(*back));
}

NetnsScope::~NetnsScope() {
	if (back_ && ::setns(back_.get(), CLONE_NEWNET) < 0)
		std::abort();
}

} // namespace failover
