// SPDX-License-Identifier: GPL-2.0-only
// Any bytes as a captured frame: parse_announcement() must stay within them, and must read back what our builders
// make of the outcome.
#include "announce/announcement.hpp"
#include "announce/arp_frames.hpp"
#include "announce/group_reports.hpp"
#include "announce/neighbour_frames.hpp"

#include <cstdlib>

using namespace failover::announce;

namespace {

/// Frames of ours that say the same as `found`.
std::vector<Frame> rebuild(const Announcement &found) {
	constexpr std::size_t kMtu = 1500;
	const Origin origin{found.mac, found.tags};
	switch (found.kind) {
	case Kind::rarp:
		return {rarp_frame(origin)};
	case Kind::gratuitous_arp:
		return {gratuitous_arp_frame(origin, *found.ipv4)};
	case Kind::neighbour_advert:
		return {neighbour_advert_frame(origin, *found.ipv6, found.router)};
	case Kind::igmp_v2_report:
		return {igmp_v2_report(origin, *found.ipv4, found.ipv4_groups.at(0))};
	case Kind::igmp_v3_report:
		return igmp_v3_reports(origin, *found.ipv4, found.ipv4_groups, kMtu);
	case Kind::mld_v2_report:
		return mld_v2_reports(origin, *found.ipv6, found.ipv6_groups, kMtu);
	}
	std::abort();
}

void check(bool holds) {
	if (!holds)
		std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
	const auto found = parse_announcement({data, size});
	if (!found) {
		check(!found.error().message.empty());
		return 0;
	}
	std::vector<Ipv4Address> groups4;
	std::vector<Ipv6Address> groups6;
	for (const auto &frame : rebuild(*found)) {
		const auto again = parse_announcement(frame);
		check(again && again->kind == found->kind && again->mac == found->mac && again->tags == found->tags);
		check(again->ipv4 == found->ipv4 && again->ipv6 == found->ipv6 && again->router == found->router);
		groups4.insert(groups4.end(), again->ipv4_groups.begin(), again->ipv4_groups.end());
		groups6.insert(groups6.end(), again->ipv6_groups.begin(), again->ipv6_groups.end());
	}
	check(groups4 == found->ipv4_groups && groups6 == found->ipv6_groups);
	return 0;
}
