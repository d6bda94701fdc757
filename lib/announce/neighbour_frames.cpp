// SPDX-License-Identifier: GPL-2.0-only
#include "announce/neighbour_frames.hpp"

#include "announce/checksum.hpp"
#include "announce/frame_writer.hpp"
#include "announce/wire.hpp"

namespace failover::announce {

Frame neighbour_advert_frame(const Origin &origin, const Ipv6Address &address, bool router) {
	constexpr std::uint16_t kLength = 4 + 4 + Ipv6Address::kSize + 2 + MacAddress::kSize;

	FrameWriter out(origin, group_mac(kAllNodes), wire::kIpv6);
	out.u32(static_cast<std::uint32_t>(wire::kVersion6) << 28).u16(kLength);
	out.u8(wire::kNextIcmp6).u8(wire::kNdHopLimit);
	out.bytes(address.bytes).bytes(kAllNodes.bytes);

	const auto message = out.position();
	out.u8(wire::kNeighbourAdvert).u8(0).u16(0);
	out.u32(wire::kAdvertOverride | (router ? wire::kAdvertRouter : 0));
	out.bytes(address.bytes);
	out.u8(wire::kOptionTargetLinkLayer).u8(1).bytes(origin.mac.bytes()); // length in units of 8 bytes
	out.patch_u16(message + 2,
		      internet_checksum(out.since(message), icmp6_pseudo_sum(address, kAllNodes, kLength)));
	return std::move(out).take();
}

} // namespace failover::announce
