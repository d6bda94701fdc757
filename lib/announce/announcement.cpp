// SPDX-License-Identifier: GPL-2.0-only
#include "announce/announcement.hpp"

#include "announce/announcement_parts.hpp"
#include "announce/frame_reader.hpp"
#include "announce/wire.hpp"

namespace failover::announce {

namespace {

/// The tag protocols in use: 802.1Q, 802.1ad, and the number QinQ had before its standard.
bool is_tag(std::uint16_t ether_type) {
	constexpr std::uint16_t kOldQinQ = 0x9100;
	return ether_type == kTpidCustomer || ether_type == kTpidService || ether_type == kOldQinQ;
}

} // namespace

std::string_view to_string(Kind kind) {
	switch (kind) {
	case Kind::rarp:
		return "RARP";
	case Kind::gratuitous_arp:
		return "gratuitous ARP";
	case Kind::neighbour_advert:
		return "neighbour advertisement";
	case Kind::igmp_v2_report:
		return "IGMPv2 report";
	case Kind::igmp_v3_report:
		return "IGMPv3 report";
	case Kind::mld_v2_report:
		return "MLDv2 report";
	}
	return "unknown";
}

Result<Announcement> parse_announcement(std::span<const std::uint8_t> frame) {
	FrameReader in(frame);
	Announcement found;
	found.destination = in.mac();
	found.source = in.mac();
	auto type_at = in.position();
	auto type = in.u16();
	while (is_tag(type) && !in.truncated()) {
		const auto control = in.u16();
		found.tags.push_back({.vid = static_cast<std::uint16_t>(control & 0xfff),
				      .tpid = type,
				      .priority = static_cast<std::uint8_t>(control >> 13)});
		type_at = in.position();
		type = in.u16();
	}
	if (in.truncated())
		return in.fail_short("the Ethernet header");
	if (found.source.is_multicast() || found.source.is_zero())
		return FrameReader::fail_at(
		    MacAddress::kSize, fmt::format("source {}, expected a unicast address", found.source.to_string()));
	found.mac = found.source;

	Status status;
	if (type == wire::kArp || type == wire::kRarp)
		status = parse_arp(in, type == wire::kRarp, found);
	else if (type == wire::kIpv4)
		status = parse_ipv4(in, found);
	else if (type == wire::kIpv6)
		status = parse_ipv6(in, found);
	else
		status = FrameReader::fail_at(type_at,
					      fmt::format("EtherType {:#06x}, expected ARP, RARP, IPv4 or IPv6", type));
	if (!status)
		return tl::unexpected(std::move(status.error()));
	return found;
}

} // namespace failover::announce
