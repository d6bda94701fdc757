// SPDX-License-Identifier: GPL-2.0-only
// Where the kernel side keeps its state. Everything below this folder outlives the daemon.
#pragma once

#include <string>

namespace failover::bpf {

inline const std::string kPinRoot = "/sys/fs/bpf/failover";

/// Pinned map, e.g. "fom_masters".
[[nodiscard]] inline std::string map_pin(const std::string &name, const std::string &root = kPinRoot) {
	return root + "/" + name;
}
/// Folder of the loaded programs of one build of the objects.
[[nodiscard]] inline std::string program_pins(const std::string &build) {
	return kPinRoot + "/programs-" + build;
}
/// Pinned attachment, e.g. "tx-7" for the transmit program at ifindex 7 of the hidden namespace.
[[nodiscard]] inline std::string link_pin(const std::string &name) {
	return kPinRoot + "/link-" + name;
}

} // namespace failover::bpf
