// SPDX-License-Identifier: GPL-2.0-only
#include "announce/announcement_parts.hpp"

#include "announce/wire.hpp"

namespace failover::announce {

namespace {

Status check_rarp(std::size_t at, std::uint16_t operation, const MacAddress &sender, const MacAddress &target) {
	if (operation != wire::kRarpRequest)
		return FrameReader::fail_at(at + 6, fmt::format("RARP operation {}, expected {} (request reverse)",
								operation, wire::kRarpRequest));
	if (target != sender)
		return FrameReader::fail_at(at + 18,
					    fmt::format("RARP asks for {}, an announcement asks for its sender {}",
							target.to_string(), sender.to_string()));
	return {};
}

Status check_arp(std::size_t at, std::uint16_t operation, const Ipv4Address &sender, const Ipv4Address &target) {
	if (operation != wire::kArpRequest && operation != wire::kArpReply)
		return FrameReader::fail_at(at + 6, fmt::format("ARP operation {}, expected {} or {}", operation,
								wire::kArpRequest, wire::kArpReply));
	if (target != sender)
		return FrameReader::fail_at(at + 24,
					    fmt::format("ARP for {} from {}, a gratuitous one is for its sender",
							target.to_string(), sender.to_string()));
	if (sender.is_unspecified())
		return FrameReader::fail_at(at + 14, "ARP announces 0.0.0.0");
	return {};
}

} // namespace

Status parse_arp(FrameReader &in, bool reverse, Announcement &found) {
	const auto at = in.position();
	const auto hardware = in.u16();
	const auto protocol = in.u16();
	const auto hardware_size = in.u8();
	const auto protocol_size = in.u8();
	const auto operation = in.u16();
	const auto sender = in.mac();
	const auto sender_ip = in.ipv4();
	const auto target = in.mac();
	const auto target_ip = in.ipv4();
	if (in.truncated())
		return in.fail_short("the ARP packet");
	if (hardware != wire::kArpEthernet || protocol != wire::kIpv4 || hardware_size != MacAddress::kSize ||
	    protocol_size != Ipv4Address::kSize)
		return FrameReader::fail_at(
		    at,
		    fmt::format("ARP maps type {:#06x} (size {}) to hardware {} (size {}), expected IPv4 to Ethernet",
				protocol, protocol_size, hardware, hardware_size));
	if (sender.is_multicast() || sender.is_zero())
		return FrameReader::fail_at(
		    at + 8, fmt::format("ARP sender {}, expected a unicast address", sender.to_string()));

	found.kind = reverse ? Kind::rarp : Kind::gratuitous_arp;
	found.mac = sender;
	if (reverse)
		return check_rarp(at, operation, sender, target);
	found.ipv4 = sender_ip;
	return check_arp(at, operation, sender_ip, target_ip);
}

} // namespace failover::announce
