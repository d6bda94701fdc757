// SPDX-License-Identifier: GPL-2.0-only
#include "network/inquiry.hpp"

#include "netlink/address.hpp"
#include "network/stack.hpp"

#include <algorithm>
#include <linux/neighbour.h>
#include <utility>

namespace failover {

namespace {

constexpr std::uint16_t kHeardOf = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE;

bool is_here(const netlink::Neighbour &neighbour, const std::vector<int> &links) {
	return std::ranges::find(links, neighbour.ifindex) != links.end();
}

bool kept_by_others(const netlink::Neighbour &neighbour) {
	return neighbour.state & (NUD_PERMANENT | NUD_NOARP) || neighbour.flags & (NTF_PROXY | NTF_EXT_LEARNED) ||
	       neighbour.ext_flags.value_or(0) != 0;
}

bool is_gateway(const netlink::Neighbour &neighbour, const std::vector<Gateway> &gateways) {
	return std::ranges::any_of(gateways, [&](const Gateway &one) {
		return one.ifindex == neighbour.ifindex && one.address == neighbour.dst;
	});
}

bool may_be_asked(const netlink::Neighbour &neighbour, const std::vector<Gateway> &gateways) {
	if (!(neighbour.state & kHeardOf) || kept_by_others(neighbour) || neighbour.lladdr.empty() ||
	    neighbour.dst.empty())
		return false;
	return !(neighbour.state & NUD_STALE) || neighbour.confirmed_s.value_or(0) <= kMostForgottenSeconds ||
	       is_gateway(neighbour, gateways);
}

/// Lower is asked first.
std::pair<int, std::uint32_t> order_of(const netlink::Neighbour &neighbour, const std::vector<Gateway> &gateways) {
	const int kind = is_gateway(neighbour, gateways) ? 0 : (neighbour.state & NUD_STALE) ? 2 : 1;
	return {kind, neighbour.confirmed_s.value_or(0)};
}

/// A port's frames go to what it is a port of; a VRF only chooses among routes.
bool is_port(const netlink::Link &link, const std::vector<netlink::Link> &links) {
	const auto master = std::ranges::find(links, link.master, &netlink::Link::ifindex);
	return link.master != 0 && (master == links.end() || master->kind != "vrf");
}

} // namespace

std::vector<int> asked_by(int ifindex, const std::vector<netlink::Link> &links) {
	std::vector<int> through, found;
	for (const auto &level : stack_on(ifindex, links)) {
		const auto &link = *level.link;
		const bool vlan = link.kind == "vlan" && std::ranges::find(through, link.lower) != through.end();
		if (link.ifindex != ifindex && !vlan)
			continue;
		through.push_back(link.ifindex);
		if (!is_port(link, links))
			found.push_back(link.ifindex);
	}
	return found;
}

std::vector<netlink::Neighbour> whom_to_ask(const std::vector<int> &links,
					    const std::vector<netlink::Neighbour> &neighbours,
					    const std::vector<Gateway> &gateways) {
	std::vector<netlink::Neighbour> known, asked, others;
	std::ranges::copy_if(neighbours, std::back_inserter(known), [&](const auto &neighbour) {
		return is_here(neighbour, links) && may_be_asked(neighbour, gateways);
	});
	std::ranges::stable_sort(known, {}, [&](const auto &neighbour) { return order_of(neighbour, gateways); });
	for (const auto &neighbour : known) {
		const bool again =
		    std::ranges::find(asked, neighbour.lladdr, &netlink::Neighbour::lladdr) != asked.end();
		(again ? others : asked).push_back(neighbour);
	}
	asked.insert(asked.end(), others.begin(), others.end());
	if (asked.size() > kMostAsked)
		asked.resize(kMostAsked);
	return asked;
}

Inquiry::Inquiry(std::vector<netlink::Neighbour> asked, std::vector<int> links) : links_(std::move(links)) {
	for (auto &who : asked)
		asked_.push_back({std::move(who)});
}

void Inquiry::heard(const netlink::Neighbour &now, bool removed) {
	if (now.is_proxy())
		return;
	// Whoever it is: the kernel says so of who has answered.
	if (!removed && now.state & NUD_REACHABLE && !kept_by_others(now) && is_here(now, links_))
		answered_ = true;
	const auto found = std::ranges::find_if(
	    asked_, [&](const Asked &one) { return one.who.ifindex == now.ifindex && one.who.dst == now.dst; });
	if (found == asked_.end())
		return;
	auto &standing = found->standing;
	// Deleting an entry is told as its failure first.
	if (removed ? !told_ : kept_by_others(now))
		standing = Standing::kGone;
	else if (now.state & NUD_FAILED && standing == Standing::kWaiting)
		standing = Standing::kSilent;
}

void Inquiry::all_asked() {
	all_asked_ = true;
	for (auto &one : asked_)
		if (one.standing == Standing::kSilent)
			one.standing = Standing::kWaiting;
}

bool Inquiry::to_be_asked(const netlink::Neighbour &now) const {
	return !told_ && now.state & NUD_STALE && std::ranges::any_of(asked_, [&](const Asked &one) {
		return one.standing == Standing::kWaiting && one.who.ifindex == now.ifindex && one.who.dst == now.dst;
	});
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
	if (answered_)
		return Outcome::kAnswered;
	if (any(Standing::kWaiting))
		return Outcome::kOpen;
	if (!any(Standing::kSilent))
		return Outcome::kNobody;
	return all_asked_ ? Outcome::kUnanswered : Outcome::kAskAll;
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
