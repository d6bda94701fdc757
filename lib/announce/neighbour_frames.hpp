// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "announce/frame.hpp"

namespace failover::announce {

/// Unsolicited Neighbour Advertisement (RFC 4861 §4.4, §7.2.6) for one address, to ff02::1, from the address itself,
/// override set, solicited clear, with the target link-layer address option: what ndisc_send_unsol_na() sends
/// (net/ipv6/ndisc.c). `router` must say whether we forward IPv6: neighbours drop us from their default routers on a
/// cleared flag (§7.2.5). A tentative address must not be announced; the caller leaves it out.
[[nodiscard]] Frame neighbour_advert_frame(const Origin &origin, const Ipv6Address &address, bool router = false);

} // namespace failover::announce
