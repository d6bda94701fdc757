// SPDX-License-Identifier: GPL-2.0-only
#include "announce/announcement_parts.hpp"

#include "announce/checksum.hpp"
#include "announce/report_records.hpp"
#include "announce/wire.hpp"

namespace failover::announce {

namespace {

/// Walks the options of an IPv4 header; Router Alert must be among them (RFC 3376 §4, RFC 2236 §2).
Status check_options(std::span<const std::uint8_t> options, std::size_t at) {
	bool alert = false;
	std::size_t i = 0;
	while (i < options.size() && options[i] != wire::kOptionEnd) {
		if (options[i] == wire::kOptionNop) {
			++i;
			continue;
		}
		if (i + 1 == options.size() || options[i + 1] < 2 || options[i + 1] > options.size() - i)
			return FrameReader::fail_at(
			    at + i, fmt::format("IPv4 option {} does not fit in the header", options[i]));
		alert |= options[i] == wire::kOptionRouterAlert;
		i += options[i + 1];
	}
	if (!alert)
		return FrameReader::fail_at(at, "IGMP report without the Router Alert option");
	return {};
}

Status parse_v2(FrameReader &in, const Ipv4Address &destination, Announcement &found) {
	const auto at = in.position();
	const auto group = in.ipv4();
	if (in.truncated())
		return in.fail_short("the IGMPv2 report");
	if (!group.is_multicast() || group != destination)
		return FrameReader::fail_at(at,
					    fmt::format("IGMPv2 report of {} sent to {}, expected a group and the same",
							group.to_string(), destination.to_string()));
	found.ipv4_groups.push_back(group);
	return {};
}

Status parse_igmp(FrameReader &in, const Ipv4Address &destination, Announcement &found) {
	const auto at = in.position();
	if (internet_checksum(in.since(at)) != 0)
		return FrameReader::fail_at(at + 2, "wrong IGMP checksum");
	const auto type = in.u8();
	in.skip(3); // reserved or Max Resp Time, checksum
	Status status;
	if (type == wire::kIgmpV2Report)
		status = parse_v2(in, destination, found);
	else if (type == wire::kIgmpV3Report)
		status = parse_records(in, &FrameReader::ipv4, found.ipv4_groups);
	else
		status = FrameReader::fail_at(
		    at, fmt::format("IGMP type {:#04x}, expected {:#04x} or {:#04x} (membership reports)", type,
				    wire::kIgmpV2Report, wire::kIgmpV3Report));
	if (status && found.ipv4_groups.empty())
		return FrameReader::fail_at(at, "the report joins no group");
	found.kind = type == wire::kIgmpV2Report ? Kind::igmp_v2_report : Kind::igmp_v3_report;
	return status;
}

} // namespace

Status parse_ipv4(FrameReader &in, Announcement &found) {
	const auto at = in.position();
	const auto version = in.u8();
	in.skip(1); // TOS
	const auto total = in.u16();
	in.skip(2); // identification
	const auto fragment = in.u16();
	const auto ttl = in.u8();
	const auto protocol = in.u8();
	in.skip(2); // checksum
	const auto source = in.ipv4();
	const auto destination = in.ipv4();
	if (in.truncated())
		return in.fail_short("the IPv4 header");
	const std::size_t header = (version & 0x0f) * 4U;
	if (version >> 4 != wire::kVersion4 || header < wire::kIpv4Header)
		return FrameReader::fail_at(
		    at, fmt::format("IP version {} with a header of {} bytes, expected 4 and at least {}", version >> 4,
				    header, wire::kIpv4Header));
	if (total < header || !in.limit(total - wire::kIpv4Header))
		return FrameReader::fail_at(at + 2,
					    fmt::format("IPv4 length {}, there are {} bytes and the header has {}",
							total, wire::kIpv4Header + in.left(), header));
	if (internet_checksum(in.since(at).first(header)) != 0)
		return FrameReader::fail_at(at + 10, "wrong IPv4 header checksum");
	if (fragment & wire::kFragmentMask)
		return FrameReader::fail_at(at + 6, "a fragment, expected a whole packet");
	if (protocol != wire::kProtoIgmp)
		return FrameReader::fail_at(
		    at + 9, fmt::format("IPv4 protocol {}, expected {} (IGMP)", protocol, wire::kProtoIgmp));
	if (ttl != 1)
		return FrameReader::fail_at(at + 8, fmt::format("TTL {}, IGMP is sent with 1", ttl));
	const auto options_at = in.position();
	const auto options = in.since(options_at).first(header - wire::kIpv4Header);
	if (auto status = check_options(options, options_at); !status)
		return status;
	in.skip(options.size());
	found.ipv4 = source;
	return parse_igmp(in, destination, found);
}

} // namespace failover::announce
