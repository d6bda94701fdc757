// SPDX-License-Identifier: GPL-2.0-only
// Whom to ask whether a master's path is good, and what their silence means. Pure.
#pragma once

#include "netlink/link.hpp"
#include "netlink/neighbour.hpp"

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

/// The links whose neighbours are reached through the link with this ifindex: itself, and VLAN, macvlan and ipvlan
/// devices on it. Of a bridge's neighbours nobody knows behind which port they are.
[[nodiscard]] std::vector<int> asked_by(int ifindex, const std::vector<netlink::Link> &links);

/// Of the neighbours of these links those that are asked, kMostAsked at most: gateways first, then who was heard of
/// last. Only who has been there: what is unknown proves nothing by staying so. Entries that somebody else keeps
/// (permanent, without ARP, learned or managed from outside) are left alone.
[[nodiscard]] std::vector<netlink::Neighbour> whom_to_ask(const std::vector<int> &links,
							  const std::vector<netlink::Neighbour> &neighbours,
							  const std::vector<Gateway> &gateways);

class Inquiry {
public:
	enum class Outcome {
		kOpen,
		kAnswered,   ///< by one of them: frames pass both ways
		kUnanswered, ///< all that are still there are silent
		kNobody,     ///< none is there any more
	};

	Inquiry() = default;
	explicit Inquiry(std::vector<netlink::Neighbour> asked);

	/// A neighbour as the kernel has it now, or had when it was `removed`.
	void heard(const netlink::Neighbour &now, bool removed);
	/// Who has said nothing until now is not counted.
	void give_up();
	[[nodiscard]] Outcome outcome() const;
	[[nodiscard]] std::vector<netlink::Neighbour> silent() const;
	/// Addresses of those who are silent.
	[[nodiscard]] std::vector<std::string> names() const;

private:
	enum class Standing { kWaiting, kSilent, kAnswered, kGone };
	struct Asked {
		netlink::Neighbour who;
		Standing standing = Standing::kWaiting;
	};
	std::vector<Asked> asked_;
};

} // namespace failover
