// SPDX-License-Identifier: GPL-2.0-only
// All frames of one round of announcements, in the order to send them.
#pragma once

#include "announce/frame.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace failover::announce {

/// One presence in the fabric: the master itself, or a VLAN, macvlan or bridge port above it.
struct Subject {
	MacAddress mac;
	VlanStack tags = {};
	std::vector<Ipv4Address> ipv4 = {};
	std::vector<Ipv6Address> ipv6 = {}; ///< none that is tentative
	std::vector<Ipv4Address> ipv4_groups = {};
	std::vector<Ipv6Address> ipv6_groups = {};
	std::vector<MacAddress> extra_macs = {}; ///< further unicast MACs received here (macvlans, bridged guests)
	bool router = false;                     ///< forwards IPv6, see neighbour_advert_frame()
};

enum class IgmpVersion { v2, v3 };

struct Options {
	std::vector<MacAddress> notify_off_macs = {}; ///< nothing is sent from or about these
	std::size_t mtu = 1500;                       ///< of IP packets, for splitting reports
	IgmpVersion igmp = IgmpVersion::v3;           ///< v2 where an IGMPv2 querier was heard
};

/// The frames that announce `subjects`, every one once, what moves the fabric fastest first:
/// RARP for every MAC (fewest tags first, so the first frame is the main MAC's, untagged; main MACs before extra ones),
/// then ARP and neighbour advertisements, then IGMP and MLD. Within a step the order of `subjects` holds; the first
/// subject should be the master itself. Left out: addresses that are unspecified, loopback or multicast, MACs that are
/// zero or multicast, groups that are never reported (224.0.0.1, ff02::1, scopes 0 and 1; RFC 3376 §6, RFC 3810 §6).
[[nodiscard]] std::vector<Frame> frames_for(const std::vector<Subject> &subjects, const Options &options = {});

/// Deals a round out in batches, so that thousands of addresses do not leave as one burst that overruns a queue in the
/// fabric. Send one batch, wait kIntervalMs, send the next until done(). A round that becomes due meanwhile replaces
/// the object: its RARPs come first again and the rest follows.
class Batches {
public:
	static constexpr std::size_t kFrames = 64;       ///< frames in one batch
	static constexpr std::size_t kBytes = 32 * 1024; ///< bytes in one batch; a single longer frame goes alone
	static constexpr unsigned kIntervalMs = 5;       ///< between batches: 12,800 frames a second at most

	Batches() = default;
	explicit Batches(std::vector<Frame> frames) : frames_(std::move(frames)) {}

	[[nodiscard]] bool done() const { return next_ == frames_.size(); }
	[[nodiscard]] std::size_t remaining() const { return frames_.size() - next_; }
	/// The frames to send now, valid until the object changes; empty once done.
	[[nodiscard]] std::span<const Frame> take();

private:
	std::vector<Frame> frames_;
	std::size_t next_ = 0;
};

} // namespace failover::announce
