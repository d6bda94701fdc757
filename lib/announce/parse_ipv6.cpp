// SPDX-License-Identifier: GPL-2.0-only
#include "announce/announcement_parts.hpp"

#include "announce/checksum.hpp"
#include "announce/report_records.hpp"
#include "announce/wire.hpp"

namespace failover::announce {

namespace {

struct Ipv6Packet {
	std::size_t at = 0; ///< where its header begins
	std::uint8_t hop_limit = 0;
	Ipv6Address source;
	Ipv6Address destination;
	bool router_alert = false;
};

/// The hop-by-hop header; the reader stands behind it afterwards. Returns the next header's number.
Result<std::uint8_t> parse_hop_by_hop(FrameReader &in, Ipv6Packet &packet) {
	const auto next = in.u8();
	const std::size_t size = in.u8() * 8U + 6;
	const auto end = in.position() + size;
	if (in.truncated() || size > in.left())
		return in.fail_short("the hop-by-hop header");
	while (in.position() < end) {
		const auto at = in.position();
		const auto option = in.u8();
		if (option == wire::kHopOptionPad1)
			continue;
		const auto length = at + 1 < end ? in.u8() : std::uint8_t{0};
		if (at + 1 == end || length > end - in.position())
			return FrameReader::fail_at(at, fmt::format("hop-by-hop option {} does not fit", option));
		packet.router_alert |= option == wire::kHopOptionRouterAlert && length == 2;
		in.skip(length);
	}
	return next;
}

/// The receiver rules of RFC 4861 §7.1.2, and that it was not asked for.
Status check_advert(const Ipv6Packet &packet, std::size_t at, std::uint8_t code, std::uint32_t flags,
		    const Ipv6Address &target) {
	if (packet.hop_limit != wire::kNdHopLimit)
		return FrameReader::fail_at(
		    packet.at + 7, fmt::format("hop limit {}, a neighbour advertisement has 255", packet.hop_limit));
	if (code != 0)
		return FrameReader::fail_at(at + 1, fmt::format("neighbour advertisement with code {}", code));
	if (flags & wire::kAdvertSolicited || !packet.destination.is_multicast())
		return FrameReader::fail_at(at + 4, "a solicited neighbour advertisement, not an announcement");
	if (target.is_multicast() || target.is_unspecified())
		return FrameReader::fail_at(
		    at + 8, fmt::format("advertises {}, expected a unicast address", target.to_string()));
	return {};
}

/// Finds the target link-layer address among the options; the reader stands at the first.
Result<MacAddress> target_link_layer(FrameReader &in) {
	std::optional<MacAddress> mac;
	while (in.left() > 0) {
		const auto at = in.position();
		const auto type = in.u8();
		const std::size_t size = in.u8() * 8U;
		if (in.truncated() || size == 0 || size - 2 > in.left())
			return FrameReader::fail_at(
			    at, fmt::format("option {} of {} bytes does not fit in the neighbour advertisement", type,
					    size));
		if (type == wire::kOptionTargetLinkLayer && size == 2 + MacAddress::kSize && !mac)
			mac = in.mac();
		else
			in.skip(size - 2);
	}
	if (!mac)
		return in.fail_here("neighbour advertisement without a target link-layer address");
	if (mac->is_multicast() || mac->is_zero())
		return in.fail_here(fmt::format("target link-layer address {}, expected unicast", mac->to_string()));
	return *mac;
}

Status parse_advert(FrameReader &in, const Ipv6Packet &packet, std::size_t at, std::uint8_t code, Announcement &found) {
	const auto flags = in.u32();
	const auto target = in.ipv6();
	if (in.truncated())
		return in.fail_short("the neighbour advertisement");
	if (auto status = check_advert(packet, at, code, flags, target); !status)
		return status;
	auto mac = target_link_layer(in);
	if (!mac)
		return tl::unexpected(std::move(mac.error()));
	found.kind = Kind::neighbour_advert;
	found.mac = *mac;
	found.ipv6 = target;
	found.router = (flags & wire::kAdvertRouter) != 0;
	found.override_cache = (flags & wire::kAdvertOverride) != 0;
	return {};
}

Status parse_report(FrameReader &in, const Ipv6Packet &packet, std::size_t at, Announcement &found) {
	// Snoopers throw the others away (RFC 3810 §6.2).
	if (packet.hop_limit != 1 || !packet.router_alert)
		return FrameReader::fail_at(packet.at + 7,
					    fmt::format("MLD with hop limit {} and {} Router Alert, expected 1 and one",
							packet.hop_limit, packet.router_alert ? "a" : "no"));
	if (!packet.source.is_link_local() && !packet.source.is_unspecified())
		return FrameReader::fail_at(
		    packet.at + 8,
		    fmt::format("MLD from {}, expected a link-local address or ::", packet.source.to_string()));
	if (auto status = parse_records(in, &FrameReader::ipv6, found.ipv6_groups); !status)
		return status;
	if (found.ipv6_groups.empty())
		return FrameReader::fail_at(at, "the report joins no group");
	found.kind = Kind::mld_v2_report;
	found.ipv6 = packet.source;
	return {};
}

Status parse_icmp6(FrameReader &in, const Ipv6Packet &packet, Announcement &found) {
	const auto at = in.position();
	const auto pseudo = icmp6_pseudo_sum(packet.source, packet.destination, static_cast<std::uint32_t>(in.left()));
	if (internet_checksum(in.since(at), pseudo) != 0)
		return FrameReader::fail_at(at + 2, "wrong ICMPv6 checksum");
	const auto type = in.u8();
	const auto code = in.u8();
	in.skip(2); // checksum
	if (type == wire::kNeighbourAdvert)
		return parse_advert(in, packet, at, code, found);
	if (type == wire::kMldV2Report)
		return parse_report(in, packet, at, found);
	return FrameReader::fail_at(
	    at, fmt::format("ICMPv6 type {}, expected {} (neighbour advertisement) or {} (MLDv2 report)", type,
			    wire::kNeighbourAdvert, wire::kMldV2Report));
}

} // namespace

Status parse_ipv6(FrameReader &in, Announcement &found) {
	Ipv6Packet packet;
	packet.at = in.position();
	const auto version = in.u32() >> 28;
	const auto length = in.u16();
	auto next = in.u8();
	packet.hop_limit = in.u8();
	packet.source = in.ipv6();
	packet.destination = in.ipv6();
	if (in.truncated())
		return in.fail_short("the IPv6 header");
	if (version != wire::kVersion6)
		return FrameReader::fail_at(packet.at, fmt::format("IP version {}, expected 6", version));
	if (!in.limit(length))
		return FrameReader::fail_at(packet.at + 4,
					    fmt::format("IPv6 payload of {} bytes, there are {}", length, in.left()));
	if (next == wire::kNextHopByHop) {
		auto after = parse_hop_by_hop(in, packet);
		if (!after)
			return tl::unexpected(std::move(after.error()));
		next = *after;
	}
	if (next != wire::kNextIcmp6)
		return FrameReader::fail_at(
		    packet.at + 6, fmt::format("next header {}, expected {} (ICMPv6)", next, wire::kNextIcmp6));
	return parse_icmp6(in, packet, found);
}

} // namespace failover::announce
