// SPDX-License-Identifier: GPL-2.0-only
#include "announce/arp_frames.hpp"

#include "announce/frame_writer.hpp"
#include "announce/wire.hpp"

namespace failover::announce {

namespace {

/// The 28 bytes after the Ethernet header, the sender being the announced MAC.
Frame arp_frame(const Origin &origin, std::uint16_t ether_type, std::uint16_t operation, const MacAddress &target,
		const Ipv4Address &address) {
	FrameWriter out(origin, kBroadcastMac, ether_type);
	out.u16(wire::kArpEthernet).u16(wire::kIpv4).u8(MacAddress::kSize).u8(Ipv4Address::kSize).u16(operation);
	out.bytes(origin.mac.bytes()).bytes(address.bytes);
	out.bytes(target.bytes()).bytes(address.bytes);
	return std::move(out).take();
}

} // namespace

Frame rarp_frame(const Origin &origin) {
	return arp_frame(origin, wire::kRarp, wire::kRarpRequest, origin.mac, Ipv4Address{});
}

Frame gratuitous_arp_frame(const Origin &origin, const Ipv4Address &address) {
	return arp_frame(origin, wire::kArp, wire::kArpRequest, MacAddress{}, address);
}

} // namespace failover::announce
