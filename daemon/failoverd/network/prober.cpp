// SPDX-License-Identifier: GPL-2.0-only
#include "network/prober.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>
#include <linux/if_ether.h>

namespace failover {

namespace {

/// A fabric port needs from a millisecond (a bridge) to half a minute (spanning tree) to start forwarding.
constexpr std::chrono::milliseconds kInterval{5};
/// Rounds with the neutral source address before the master's own is tried: 0.5 s.
constexpr unsigned kNeutralRounds = 100;

} // namespace

announce::Frame probe_frame(const MacAddress &master, model::Slot slot, std::uint64_t nonce, bool own_source) {
	auto source = master.bytes();
	if (!own_source) {
		source[0] =
		    static_cast<std::uint8_t>((source[0] | 0x02) ^ 0x40); // locally administered, and another one
		source[5] = static_cast<std::uint8_t>(source[5] ^ (slot + 1));
	}
	const fom_probe probe{{FOM_PROBE_MAGIC}, FOM_ABI_VERSION, static_cast<std::uint8_t>(slot), {}, nonce};

	ethhdr header{};
	std::ranges::copy(kBroadcastMac.bytes(), header.h_dest);
	std::ranges::copy(source, header.h_source);
	header.h_proto = htons(FOM_PROBE_ETHERTYPE);

	announce::Frame frame(std::max(sizeof(header) + sizeof(probe), announce::kMinFrame));
	std::memcpy(frame.data(), &header, sizeof(header));
	std::memcpy(frame.data() + sizeof(header), &probe, sizeof(probe));
	return frame;
}

void Prober::start(EventLoop &loop, FrameSender &sender, const Path &path) {
	loop_ = &loop;
	sender_ = &sender;
	path_ = path;
	rounds_ = 0;
	send_round();
}

void Prober::send_round() {
	const bool own_source = rounds_++ >= kNeutralRounds;
	// A probe that cannot be sent proves nothing, which is what silence says too.
	(void)sender_->send(path_.candidate_ifindex, probe_frame(path_.mac, path_.candidate, path_.nonce, own_source));
	(void)sender_->send(path_.active_ifindex, probe_frame(path_.mac, path_.active, path_.nonce, false));
	if (auto timer = loop_->at(EventLoop::now() + kInterval, [this] { send_round(); }))
		timer_ = std::move(*timer);
}

} // namespace failover
