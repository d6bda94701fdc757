// SPDX-License-Identifier: GPL-2.0-only
#include "inquiry.hpp"

#include "netlink/address.hpp"
#include "stack.hpp"

#include <algorithm>
#include <array>
#include <linux/neighbour.h>

namespace failover {

namespace {

constexpr std::uint16_t kHeardOf = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE;

bool is_here(const netlink::Neighbour &neighbour, const std::vector<int> &links) {
	return std::ranges::find(links, neighbour.ifindex) != links.end();
}

bool may_be_asked(const netlink::Neighbour &neighbour) {
	const bool kept_by_others =
	    (neighbour.flags & (NTF_PROXY | NTF_EXT_LEARNED)) || neighbour.ext_flags.value_or(0) != 0;
	return (neighbour.state & kHeardOf) && !kept_by_others && !neighbour.lladdr.empty() && !neighbour.dst.empty();
}

/// Lower is asked first.
int order_of(const netlink::Neighbour &neighbour, const std::vector<Gateway> &gateways) {
	const bool gateway = std::ranges::any_of(gateways, [&](const Gateway &one) {
		return one.ifindex == neighbour.ifindex && one.address == neighbour.dst;
	});
	return gateway ? 0 : (neighbour.state & NUD_STALE) ? 2 : 1;
}

} // namespace

std::vector<int> asked_by(int ifindex, const std::vector<netlink::Link> &links) {
	constexpr std::array<std::string_view, 3> kThrough = {"vlan", "macvlan", "ipvlan"};
	std::vector<int> found;
	for (const auto &level : stack_on(ifindex, links)) {
		const auto &link = *level.link;
		const bool through = std::ranges::find(kThrough, link.kind) != kThrough.end() &&
				     std::ranges::find(found, link.lower) != found.end();
		if (link.ifindex == ifindex || through)
			found.push_back(link.ifindex);
	}
	return found;
}

std::vector<netlink::Neighbour> whom_to_ask(const std::vector<int> &links,
					    const std::vector<netlink::Neighbour> &neighbours,
					    const std::vector<Gateway> &gateways) {
	std::vector<netlink::Neighbour> asked;
	std::ranges::copy_if(neighbours, std::back_inserter(asked), [&](const auto &neighbour) {
		return is_here(neighbour, links) && may_be_asked(neighbour);
	});
	std::ranges::stable_sort(asked, {}, [&](const auto &neighbour) { return order_of(neighbour, gateways); });
	if (asked.size() > kMostAsked)
		asked.resize(kMostAsked);
	return asked;
}

Inquiry::Inquiry(std::vector<netlink::Neighbour> asked) {
	for (auto &who : asked)
		asked_.push_back({std::move(who)});
}

void Inquiry::heard(const netlink::Neighbour &now, bool removed) {
	const auto found = std::ranges::find_if(
	    asked_, [&](const Asked &one) { return one.who.ifindex == now.ifindex && one.who.dst == now.dst; });
	if (found == asked_.end() || now.is_proxy())
		return;
	auto &standing = found->standing;
	if (!removed && now.state & NUD_REACHABLE)
		standing = Standing::kAnswered;
	else if (!removed && now.state & NUD_FAILED)
		standing = Standing::kSilent;
	else if (standing == Standing::kWaiting && (removed || now.state & (NUD_PERMANENT | NUD_NOARP)))
		standing = Standing::kGone;
}

void Inquiry::give_up() {
	for (auto &one : asked_)
		if (one.standing == Standing::kWaiting)
			one.standing = Standing::kGone;
}

Inquiry::Outcome Inquiry::outcome() const {
	const auto any = [&](Standing standing) {
		return std::ranges::find(asked_, standing, &Asked::standing) != asked_.end();
	};
	if (any(Standing::kAnswered))
		return Outcome::kAnswered;
	if (any(Standing::kWaiting))
		return Outcome::kOpen;
	return any(Standing::kSilent) ? Outcome::kUnanswered : Outcome::kNobody;
}

std::vector<netlink::Neighbour> Inquiry::silent() const {
	std::vector<netlink::Neighbour> found;
	for (const auto &one : asked_)
		if (one.standing == Standing::kSilent)
			found.push_back(one.who);
	return found;
}

std::vector<std::string> Inquiry::names() const {
	std::vector<std::string> found;
	for (const auto &one : silent())
		found.push_back(netlink::ip_to_string(one.dst));
	return found;
}

} // namespace failover
