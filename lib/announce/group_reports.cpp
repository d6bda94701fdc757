// SPDX-License-Identifier: GPL-2.0-only
#include "announce/group_reports.hpp"

#include "announce/checksum.hpp"
#include "announce/frame_writer.hpp"
#include "announce/wire.hpp"

#include <algorithm>
#include <utility>

namespace failover::announce {

namespace {

/// The IPv4 packet around an IGMP message that `write_message` appends, its checksum two bytes in.
template <typename WriteMessage>
Frame igmp_frame(const Origin &origin, const Ipv4Address &source, const Ipv4Address &destination, std::size_t length,
		 WriteMessage write_message) {
	constexpr std::uint8_t kWords = wire::kIpv4Header / 4 + 1; // with Router Alert

	FrameWriter out(origin, group_mac(destination), wire::kIpv4);
	const auto header = out.position();
	out.u8(wire::kVersion4 << 4 | kWords).u8(wire::kInternetControl);
	out.u16(static_cast<std::uint16_t>(kWords * 4 + length)).u16(0).u16(wire::kDontFragment);
	out.u8(1).u8(wire::kProtoIgmp).u16(0);
	out.bytes(source.bytes).bytes(destination.bytes).u32(wire::kIpv4RouterAlert);
	out.patch_u16(header + 10, internet_checksum(out.since(header)));

	const auto message = out.position();
	write_message(out);
	out.patch_u16(message + 2, internet_checksum(out.since(message)));
	return std::move(out).take();
}

/// How many records go beside `overhead` bytes in a packet of `mtu`: at least one, and no more than the 16-bit length
/// and count fields can tell.
std::size_t records_per_packet(std::size_t mtu, std::size_t overhead, std::size_t record) {
	const auto room = std::min<std::size_t>(mtu, 0xffff);
	return room <= overhead + record ? 1 : (room - overhead) / record;
}

template <typename Address, typename MakeFrame>
std::vector<Frame> split(std::span<const Address> groups, std::size_t per_packet, MakeFrame make_frame) {
	std::vector<Frame> frames;
	for (std::size_t begin = 0; begin < groups.size(); begin += per_packet)
		frames.push_back(make_frame(groups.subspan(begin, std::min(per_packet, groups.size() - begin))));
	return frames;
}

/// Header and records, laid out alike in IGMPv3 and MLDv2.
template <typename Address> void write_report(FrameWriter &out, std::uint8_t type, std::span<const Address> groups) {
	out.u8(type).u8(0).u16(0).u16(0).u16(static_cast<std::uint16_t>(groups.size()));
	for (const auto &group : groups)
		out.u8(wire::kModeIsExclude).u8(0).u16(0).bytes(group.bytes);
}

Frame mld_v2_report(const Origin &origin, const Ipv6Address &source, std::span<const Ipv6Address> groups) {
	const auto length = static_cast<std::uint16_t>(wire::kMldHeader + groups.size() * wire::kMldRecord);

	FrameWriter out(origin, group_mac(kMldV2Routers), wire::kIpv6);
	out.u32(static_cast<std::uint32_t>(wire::kVersion6) << 28);
	out.u16(static_cast<std::uint16_t>(wire::kHopByHopHeader + length)).u8(wire::kNextHopByHop).u8(1);
	out.bytes(source.bytes).bytes(kMldV2Routers.bytes);
	out.u8(wire::kNextIcmp6).u8(0).u8(wire::kHopOptionRouterAlert).u8(2).u16(0); // value 0: MLD (RFC 2711)
	out.u8(wire::kHopOptionPadN).u8(0);

	const auto message = out.position();
	write_report(out, wire::kMldV2Report, groups);
	out.patch_u16(message + 2,
		      internet_checksum(out.since(message), icmp6_pseudo_sum(source, kMldV2Routers, length)));
	return std::move(out).take();
}

} // namespace

Frame igmp_v2_report(const Origin &origin, const Ipv4Address &source, const Ipv4Address &group) {
	return igmp_frame(origin, source, group, wire::kIgmpHeader,
			  [&](FrameWriter &out) { out.u8(wire::kIgmpV2Report).u8(0).u16(0).bytes(group.bytes); });
}

std::vector<Frame> igmp_v3_reports(const Origin &origin, const Ipv4Address &source, std::span<const Ipv4Address> groups,
				   std::size_t mtu) {
	constexpr auto kOverhead = wire::kIpv4Header + 4 + wire::kIgmpHeader;
	return split(groups, records_per_packet(mtu, kOverhead, wire::kIgmpRecord), [&](auto part) {
		const auto length = wire::kIgmpHeader + part.size() * wire::kIgmpRecord;
		return igmp_frame(origin, source, kIgmpV3Routers, length,
				  [&](FrameWriter &out) { write_report(out, wire::kIgmpV3Report, part); });
	});
}

std::vector<Frame> mld_v2_reports(const Origin &origin, const Ipv6Address &source, std::span<const Ipv6Address> groups,
				  std::size_t mtu) {
	constexpr auto kOverhead = wire::kIpv6Header + wire::kHopByHopHeader + wire::kMldHeader;
	return split(groups, records_per_packet(mtu, kOverhead, wire::kMldRecord),
		     [&](auto part) { return mld_v2_report(origin, source, part); });
}

} // namespace failover::announce
