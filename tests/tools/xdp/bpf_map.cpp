// SPDX-License-Identifier: GPL-2.0-only
#include "bpf_map.hpp"

#include <cerrno>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace failover::xdp {

namespace {

long bpf(int command, bpf_attr &attributes) {
	return ::syscall(SYS_bpf, command, &attributes, sizeof(attributes));
}

std::uint64_t address(const void *at) {
	return reinterpret_cast<std::uintptr_t>(at);
}

} // namespace

Result<UniqueFd> open_pinned(const std::string &path) {
	bpf_attr attributes{};
	attributes.pathname = address(path.c_str());
	const auto fd = static_cast<int>(bpf(BPF_OBJ_GET, attributes));
	if (fd < 0)
		return fail_errno(errno, "opening " + path);
	return UniqueFd(fd);
}

Status update(int map, std::uint32_t key, const void *value) {
	bpf_attr attributes{};
	attributes.map_fd = static_cast<std::uint32_t>(map);
	attributes.key = address(&key);
	attributes.value = address(value);
	if (bpf(BPF_MAP_UPDATE_ELEM, attributes) < 0)
		return fail_errno(errno, fmt::format("changing entry {} of the map", key));
	return {};
}

} // namespace failover::xdp
