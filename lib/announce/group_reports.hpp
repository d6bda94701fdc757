// SPDX-License-Identifier: GPL-2.0-only
// Multicast membership reports: snooping switches re-learn on which port our groups are wanted.
#pragma once

#include "announce/frame.hpp"

#include <span>

namespace failover::announce {

/// IGMPv2 membership report (RFC 2236 §2) for one group, sent to the group, with Router Alert. `source` may be 0.0.0.0.
[[nodiscard]] Frame igmp_v2_report(const Origin &origin, const Ipv4Address &source, const Ipv4Address &group);

/// IGMPv3 membership reports (RFC 3376 §4.2) to 224.0.0.22 with Router Alert, TTL 1, TOS 0xc0: one MODE_IS_EXCLUDE
/// record without sources per group, as ip_mc_rejoin_groups() sends when bonding switches (net/ipv4/igmp.c). Groups
/// that do not fit `mtu` (of the IP packet) go in further frames, at least one record in each. `source` may be 0.0.0.0
/// (§4.2.13).
[[nodiscard]] std::vector<Frame> igmp_v3_reports(const Origin &origin, const Ipv4Address &source,
						 std::span<const Ipv4Address> groups, std::size_t mtu);

/// MLDv2 reports (RFC 3810 §5.2) to ff02::16, hop limit 1, Router Alert in a hop-by-hop header: one MODE_IS_EXCLUDE
/// record per group, split by `mtu` like IGMPv3. `source` is a link-local address or :: (§5.2.13).
[[nodiscard]] std::vector<Frame> mld_v2_reports(const Origin &origin, const Ipv6Address &source,
						std::span<const Ipv6Address> groups, std::size_t mtu);

} // namespace failover::announce
