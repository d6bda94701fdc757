// SPDX-License-Identifier: GPL-2.0-only
// Numbers of the protocols that announcements use, for builders and parser alike. All of them as read in host order.
#pragma once

#include <cstddef>
#include <cstdint>

namespace failover::announce::wire {

// EtherTypes (IANA).
inline constexpr std::uint16_t kIpv4 = 0x0800;
inline constexpr std::uint16_t kArp = 0x0806;
inline constexpr std::uint16_t kRarp = 0x8035;
inline constexpr std::uint16_t kIpv6 = 0x86dd;

// ARP format (RFC 826, RFC 903).
inline constexpr std::uint16_t kArpEthernet = 1;
inline constexpr std::uint16_t kArpRequest = 1;
inline constexpr std::uint16_t kArpReply = 2;
inline constexpr std::uint16_t kRarpRequest = 3;

// IPv4 (RFC 791); Router Alert is RFC 2113.
inline constexpr std::uint8_t kVersion4 = 4;
inline constexpr std::size_t kIpv4Header = 20;
inline constexpr std::uint32_t kIpv4RouterAlert = 0x94040000;
inline constexpr std::uint8_t kOptionEnd = 0;
inline constexpr std::uint8_t kOptionNop = 1;
inline constexpr std::uint8_t kOptionRouterAlert = 0x94;
inline constexpr std::uint8_t kInternetControl = 0xc0; ///< TOS, precedence 6
inline constexpr std::uint16_t kDontFragment = 0x4000;
inline constexpr std::uint16_t kFragmentMask = 0x3fff; ///< "more fragments" and the offset
inline constexpr std::uint8_t kProtoIgmp = 2;

// IGMP (RFC 2236, RFC 3376).
inline constexpr std::uint8_t kIgmpV2Report = 0x16;
inline constexpr std::uint8_t kIgmpV3Report = 0x22;
inline constexpr std::size_t kIgmpHeader = 8;
inline constexpr std::size_t kIgmpRecord = 8; ///< without sources

// IPv6 (RFC 8200), its hop-by-hop Router Alert (RFC 2711).
inline constexpr std::uint8_t kVersion6 = 6;
inline constexpr std::size_t kIpv6Header = 40;
inline constexpr std::uint8_t kNextHopByHop = 0;
inline constexpr std::uint8_t kNextIcmp6 = 58;
inline constexpr std::size_t kHopByHopHeader = 8; ///< with Router Alert and PadN
inline constexpr std::uint8_t kHopOptionPad1 = 0;
inline constexpr std::uint8_t kHopOptionPadN = 1;
inline constexpr std::uint8_t kHopOptionRouterAlert = 5;

// ICMPv6: Neighbour Discovery (RFC 4861), MLDv2 (RFC 3810).
inline constexpr std::uint8_t kNeighbourAdvert = 136;
inline constexpr std::uint8_t kMldV2Report = 143;
inline constexpr std::uint32_t kAdvertRouter = 0x80000000;
inline constexpr std::uint32_t kAdvertSolicited = 0x40000000;
inline constexpr std::uint32_t kAdvertOverride = 0x20000000;
inline constexpr std::uint8_t kOptionTargetLinkLayer = 2;
inline constexpr std::uint8_t kNdHopLimit = 255;
inline constexpr std::size_t kMldHeader = 8;
inline constexpr std::size_t kMldRecord = 20; ///< without sources

// Record types of IGMPv3 and MLDv2 (RFC 3376 §4.2.12, RFC 3810 §5.2.12): the same numbers.
inline constexpr std::uint8_t kModeIsInclude = 1;
inline constexpr std::uint8_t kModeIsExclude = 2;
inline constexpr std::uint8_t kToInclude = 3;
inline constexpr std::uint8_t kToExclude = 4;
inline constexpr std::uint8_t kAllowNew = 5;
inline constexpr std::uint8_t kBlockOld = 6;

} // namespace failover::announce::wire
