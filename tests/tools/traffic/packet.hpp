// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>

namespace failover::traffic {

/// How every datagram begins; the rest is zero. Host byte order: both ends are the same machine or VMs on it.
struct PacketHeader {
	std::uint64_t sequence;
	std::uint64_t sent_ns; ///< sender's CLOCK_MONOTONIC
	std::uint64_t magic;
};

inline constexpr std::uint64_t kPacketMagic = 0x6661696c6f766572; // "failover"
inline constexpr unsigned kMaxDatagram = 9'000;

} // namespace failover::traffic
