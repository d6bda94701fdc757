// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "bpf/pins.hpp"
#include "control/state_source.hpp"

#include <memory>
#include <string>

namespace failover::ctl {

inline const std::string kPinDirectory = bpf::kPinRoot;

/// What the kernel knows about the masters without any daemon, from the maps pinned in `pin_directory` and the hidden
/// namespace.
[[nodiscard]] std::unique_ptr<control::StateSource>
make_kernel_source(const std::string &pin_directory = kPinDirectory);

} // namespace failover::ctl
