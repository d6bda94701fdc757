// SPDX-License-Identifier: GPL-2.0-only
// One function per network protocol; parse_announcement() calls them after the Ethernet header.
#pragma once

#include "announce/announcement.hpp"
#include "announce/frame_reader.hpp"

namespace failover::announce {

[[nodiscard]] Status parse_arp(FrameReader &in, bool reverse, Announcement &found);
[[nodiscard]] Status parse_ipv4(FrameReader &in, Announcement &found);
[[nodiscard]] Status parse_ipv6(FrameReader &in, Announcement &found);

} // namespace failover::announce
