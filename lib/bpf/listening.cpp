// SPDX-License-Identifier: GPL-2.0-only
#include "bpf/listening.hpp"

#include "bpf/libbpf_log.hpp"
#include "bpf/object.hpp"
#include "bpf/roomy_heap.hpp"

#include "listen.skel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cerrno>
#include <fmt/format.h>
#include <fstream>
#include <linux/perf_event.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace failover::bpf {

namespace {

constexpr const char *kKprobeType = "/sys/bus/event_source/devices/kprobe/type";

/// An event for each call of a kernel function.
Result<UniqueFd> open_kprobe(const char *function) {
	perf_event_attr event{};
	event.size = sizeof(event);
	if (!(std::ifstream(kKprobeType) >> event.type))
		return fail(fmt::format("the kernel has no kprobes for perf ({})", kKprobeType));
	event.kprobe_func = reinterpret_cast<std::uintptr_t>(function);
	const int cpu = ::sched_getcpu(); // any that is online: the program runs on all
	UniqueFd fd(static_cast<int>(::syscall(SYS_perf_event_open, &event, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC)));
	if (!fd)
		return fail_errno(errno, fmt::format("a probe at {}()", function));
	return fd;
}

} // namespace

const char *link_interrupt_of(const std::string &driver) {
	// kmod/carrier.c has the same.
	return driver == "e1000e" ? "e1000_msix_other" : nullptr;
}

Result<UniqueFd> load_listener(const std::string &path, std::uint32_t hidden_netns) {
	const RoomyHeap room(kKernelTypes);
	const auto options = open_options();
	LibbpfLog log;
	Owned<listen_bpf, listen_bpf__destroy> object(listen_bpf__open_opts(&options));
	if (object)
		object->rodata->hidden_netns = hidden_netns;
	if (!object || listen_bpf__load(object.get()) != 0)
		return fail(fmt::format("the program was refused: {}", log.take_reason()));
	if (auto pinned = pin_program(object->progs.fom_listen, path); !pinned)
		return tl::unexpected(pinned.error());
	UniqueFd fd(bpf_obj_get(path.c_str()));
	if (!fd)
		return fail_errno(errno, path);
	return fd;
}

Status attach_listener(int program_fd, const char *function, const std::string &path) {
	auto event = open_kprobe(function);
	if (!event)
		return tl::unexpected(event.error());
	const UniqueFd link(bpf_link_create(program_fd, event->get(), BPF_PERF_EVENT, nullptr));
	if (!link)
		return fail_errno(errno, fmt::format("the program at {}()", function));
	// The old one goes when the new one is there.
	const std::string fresh = path + "-new";
	::unlink(fresh.c_str());
	if (bpf_obj_pin(link.get(), fresh.c_str()) < 0)
		return fail_errno(errno, fmt::format("pinning {}", fresh));
	if (::rename(fresh.c_str(), path.c_str()) < 0)
		return fail_errno(errno, fmt::format("renaming {}", fresh));
	return {};
}

} // namespace failover::bpf
