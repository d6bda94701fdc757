// SPDX-License-Identifier: GPL-2.0-only
// Whom to ask whether a master's path is good, and what their silence means. Pure.
#pragma once

#include "netlink/link.hpp"
#include "netlink/neighbour.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace failover {

/// A path is proven by any one; a second for the case that the first is just being rebooted.
inline constexpr std::size_t kMostAsked = 2;

/// A default route's gateway.
struct Gateway {
	int ifindex = 0;
	netlink::Bytes address;
};

/// Who was not heard of for longer may have been switched off since, unless it is a gateway.
inline constexpr std::uint32_t kMostForgottenSeconds = 300;

/// The links whose neighbours are reached through the link with this ifindex: itself, and VLANs on it. Not a port's:
/// its frames go to the bridge or bond. Not macvlans and ipvlans: their neighbours may be beside them in this machine.
[[nodiscard]] std::vector<int> asked_by(int ifindex, const std::vector<netlink::Link> &links);

/// Of the neighbours of these links those that are asked, kMostAsked at most: gateways first, then who was heard of
/// last; two addresses of one station only if there is no other. Only who has been there: what is unknown proves
/// nothing by staying so. Entries that somebody else keeps (permanent, without ARP, learned or managed from outside)
/// are left alone.
[[nodiscard]] std::vector<netlink::Neighbour> whom_to_ask(const std::vector<int> &links,
							  const std::vector<netlink::Neighbour> &neighbours,
							  const std::vector<Gateway> &gateways);

class Inquiry {
public:
	enum class Outcome {
		kOpen,
		kAnswered, ///< by one of them, or by another on these links: frames pass both ways
		kAskAll, ///< those that were asked one by one are silent: another station may have their addresses now
		kUnanswered, ///< all that are still there are silent
		kNobody,     ///< none is there any more
	};

	Inquiry() = default;
	/// `links`: those on which any answer counts.
	Inquiry(std::vector<netlink::Neighbour> asked, std::vector<int> links);

	/// A neighbour as the kernel has it now, or had when it was `removed`.
	void heard(const netlink::Neighbour &now, bool removed);
	/// The silent ones are asked for by broadcast or multicast.
	void all_asked();
	/// It was looked for, and has asked for us itself: its address is known, but not yet whether it hears us.
	[[nodiscard]] bool to_be_asked(const netlink::Neighbour &now) const;
	/// Silence was told of: from now on only an answer, or who keeps the entry, ends it.
	void told() { told_ = true; }
	/// Who has said nothing until now is not counted.
	void give_up();
	[[nodiscard]] Outcome outcome() const;
	[[nodiscard]] std::vector<netlink::Neighbour> silent() const;
	/// Addresses of those who are silent.
	[[nodiscard]] std::vector<std::string> names() const;

private:
	enum class Standing { kWaiting, kSilent, kGone };
	struct Asked {
		netlink::Neighbour who;
		Standing standing = Standing::kWaiting;
	};
	std::vector<Asked> asked_;
	std::vector<int> links_;
	bool answered_ = false, all_asked_ = false, told_ = false;
};

} // namespace failover
