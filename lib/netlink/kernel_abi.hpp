// SPDX-License-Identifier: GPL-2.0-only
// Kernel numbers that the headers we build with (Debian 12: Linux 6.1) do not have. Drop each with its header.
#pragma once

#include <cstdint>

namespace failover::netlink {

// include/uapi/linux/if_link.h, enum of netkit attributes, since Linux 6.7.
inline constexpr int kIflaNetkitPeerInfo = 1;
inline constexpr int kIflaNetkitMode = 5;
inline constexpr std::uint32_t kNetkitL2 = 0; // the kernel's default is L3

} // namespace failover::netlink
