// SPDX-License-Identifier: GPL-2.0-only
#include "frame.hpp"

#include <cstring>
#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netinet/udp.h>

namespace failover::meter {

static_assert(sizeof(ether_header) + sizeof(iphdr) + sizeof(udphdr) + kPayload == kFrame);

namespace {

/// RFC 1071; the header's words are summed as they lie in memory.
std::uint16_t header_checksum(const iphdr &header) {
	std::array<std::uint16_t, sizeof(iphdr) / 2> words{};
	std::memcpy(words.data(), &header, sizeof(header));
	std::uint32_t sum = 0;
	for (const auto word : words)
		sum += word;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return static_cast<std::uint16_t>(~sum);
}

} // namespace

std::array<std::uint8_t, kFrame> udp_frame(const Flow &flow) {
	ether_header ethernet{};
	std::memcpy(ethernet.ether_dhost, flow.to_mac.bytes().data(), MacAddress::kSize);
	std::memcpy(ethernet.ether_shost, flow.from_mac.bytes().data(), MacAddress::kSize);
	ethernet.ether_type = htons(ETHERTYPE_IP);
	iphdr ip{};
	ip.version = 4;
	ip.ihl = sizeof(ip) / 4;
	ip.tot_len = htons(sizeof(ip) + sizeof(udphdr) + kPayload);
	ip.ttl = IPDEFTTL;
	ip.protocol = IPPROTO_UDP;
	ip.saddr = flow.from.s_addr;
	ip.daddr = flow.to.s_addr;
	ip.check = header_checksum(ip);
	udphdr udp{};
	udp.source = udp.dest = flow.port;
	udp.len = htons(sizeof(udp) + kPayload);

	std::array<std::uint8_t, kFrame> frame{};
	auto *at = frame.data();
	std::memcpy(at, &ethernet, sizeof(ethernet));
	std::memcpy(at += sizeof(ethernet), &ip, sizeof(ip));
	std::memcpy(at + sizeof(ip), &udp, sizeof(udp));
	return frame;
}

} // namespace failover::meter
