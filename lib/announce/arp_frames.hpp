// SPDX-License-Identifier: GPL-2.0-only
// Announcements in the ARP packet format (RFC 826): they re-teach switches a MAC and hosts an IPv4 address.
#pragma once

#include "announce/frame.hpp"

namespace failover::announce {

/// RARP "request reverse" (RFC 903, opcode 3) to broadcast, both hardware addresses the announced MAC, both protocol
/// addresses zero: byte for byte what QEMU sends after a migration (net/announce.c, announce_self_create()). Nobody
/// answers it any more and no host learns from it; every switch on the way moves its entry for the MAC.
[[nodiscard]] Frame rarp_frame(const Origin &origin);

/// Gratuitous ARP for one address: an ARP *request* with sender = target protocol address and a zero target hardware
/// address, as inetdev_send_gratuitous_arp() asks of arp_send() (net/ipv4/devinet.c); the same as an ARP Announcement
/// of RFC 5227 §2.3, which says why the reply form is the worse choice: some hosts take requests only.
[[nodiscard]] Frame gratuitous_arp_frame(const Origin &origin, const Ipv4Address &address);

} // namespace failover::announce
