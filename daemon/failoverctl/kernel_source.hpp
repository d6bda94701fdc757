// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "control/state_source.hpp"

#include <memory>
#include <string>

namespace failover::ctl {

inline constexpr const char *kPinDirectory = "/sys/fs/bpf/failover";

/// What the kernel knows about the masters without any daemon, from the maps pinned in `pin_directory`.
[[nodiscard]] std::unique_ptr<control::StateSource>
make_kernel_source(const std::string &pin_directory = kPinDirectory);

} // namespace failover::ctl
