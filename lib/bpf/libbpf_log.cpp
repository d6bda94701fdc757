// SPDX-License-Identifier: GPL-2.0-only
#include "bpf/libbpf_log.hpp"

#include <array>
#include <bpf/libbpf.h>
#include <cstdarg>
#include <cstdio>
#include <utility>

namespace failover::bpf {

namespace {

std::string reason_kept;

// The first warning of a failed load names the cause ("BPF program load failed: ..."); those after it only say that
// the object failed too.
int keep(libbpf_print_level level, const char *format, va_list arguments) {
	if (level != LIBBPF_WARN || !reason_kept.empty())
		return 0;
	std::array<char, 512> line{};
	std::vsnprintf(line.data(), line.size(), format, arguments);
	reason_kept = line.data();
	while (!reason_kept.empty() && reason_kept.back() == '\n')
		reason_kept.pop_back();
	return 0;
}

libbpf_print_fn_t before = nullptr;

} // namespace

LibbpfLog::LibbpfLog() {
	reason_kept.clear();
	before = libbpf_set_print(keep);
}

LibbpfLog::~LibbpfLog() {
	libbpf_set_print(before);
}

std::string LibbpfLog::take_reason() {
	return reason_kept.empty() ? "no reason given" : std::exchange(reason_kept, {});
}

} // namespace failover::bpf
