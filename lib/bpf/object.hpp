// SPDX-License-Identifier: GPL-2.0-only
// What opening any of our BPF objects has in common.
#pragma once

#include "base/result.hpp"
#include "bpf/pins.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cerrno>
#include <memory>

namespace failover::bpf {

/// Owner of an opened object of type S with its generated destroy function.
template <typename S, void (*destroy)(S *)> struct Destroy {
	void operator()(S *skeleton) const { destroy(skeleton); }
};
template <typename S, void (*destroy)(S *)> using Owned = std::unique_ptr<S, Destroy<S, destroy>>;

inline bpf_object_open_opts open_options() {
	bpf_object_open_opts options{};
	options.sz = sizeof(options);
	options.pin_root_path = kPinRoot.c_str();
	return options;
}

inline Status pin_program(const bpf_program *program, const std::string &path) {
	if (bpf_obj_pin(bpf_program__fd(program), path.c_str()) < 0 && errno != EEXIST)
		return fail_errno(errno, fmt::format("pinning {}", path));
	return {};
}

} // namespace failover::bpf
