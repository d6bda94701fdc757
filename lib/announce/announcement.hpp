// SPDX-License-Identifier: GPL-2.0-only
// The other direction: what does a captured frame announce?
#pragma once

#include "announce/frame.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace failover::announce {

enum class Kind { rarp, gratuitous_arp, neighbour_advert, igmp_v2_report, igmp_v3_report, mld_v2_report };

[[nodiscard]] std::string_view to_string(Kind kind);

struct Announcement {
	Kind kind = Kind::rarp;
	MacAddress source;                    ///< Ethernet source: what switches learn
	MacAddress destination;               ///< Ethernet destination
	VlanStack tags;                       ///< outermost first
	MacAddress mac;                       ///< the MAC hosts learn; of a report the Ethernet source
	std::optional<Ipv4Address> ipv4;      ///< the announced address; of an IGMP report its IP source
	std::optional<Ipv6Address> ipv6;      ///< the announced address; of an MLD report its IP source
	bool router = false;                  ///< R flag of a neighbour advertisement
	bool override_cache = false;          ///< O flag of a neighbour advertisement
	std::vector<Ipv4Address> ipv4_groups; ///< groups an IGMP report says are wanted (records of leaving left out)
	std::vector<Ipv6Address> ipv6_groups; ///< the same of an MLD report

	friend bool operator==(const Announcement &, const Announcement &) = default;
};

/// Reads one frame (no FCS, tags in place). Takes our own frames and those of the same meaning that kernels and
/// hypervisors send: the ARP reply form, other record types, sources, unknown options. Lengths, IP and ICMP checksums
/// and the receiver rules of the RFCs (hop limit, Router Alert) are checked; the error names the byte where reading
/// stopped.
[[nodiscard]] Result<Announcement> parse_announcement(std::span<const std::uint8_t> frame);

} // namespace failover::announce
