// SPDX-License-Identifier: GPL-2.0-only
#include "announce/plan.hpp"

#include "announce/arp_frames.hpp"
#include "announce/group_reports.hpp"
#include "announce/neighbour_frames.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <unordered_set>

namespace failover::announce {

namespace {

/// Collects frames, each once: a macvlan and an extra MAC, or an address on two subjects, may ask for the same.
class Round {
public:
	void add(Frame frame) {
		std::string key(frame.begin(), frame.end());
		if (seen_.insert(std::move(key)).second)
			frames_.push_back(std::move(frame));
	}
	void add(std::vector<Frame> frames) {
		for (auto &frame : frames)
			add(std::move(frame));
	}
	[[nodiscard]] std::vector<Frame> take() && { return std::move(frames_); }

private:
	std::vector<Frame> frames_;
	std::unordered_set<std::string> seen_;
};

template <typename Address> bool is_host_address(const Address &address) {
	return !address.is_unspecified() && !address.is_loopback() && !address.is_multicast();
}

bool is_reported(const Ipv4Address &group) {
	return group.is_multicast() && group != Ipv4Address{{224, 0, 0, 1}};
}

bool is_reported(const Ipv6Address &group) {
	constexpr std::uint8_t kInterfaceLocal = 1;
	return group.is_multicast() && (group.bytes[1] & 0x0f) > kInterfaceLocal && group != kAllNodes;
}

template <typename Address> std::vector<Address> reported(const std::vector<Address> &groups) {
	std::vector<Address> kept;
	std::set<Address> seen;
	for (const auto &group : groups)
		if (is_reported(group) && seen.insert(group).second)
			kept.push_back(group);
	return kept;
}

void add_addresses(Round &round, const Subject &subject) {
	const Origin origin{subject.mac, subject.tags};
	for (const auto &address : subject.ipv4)
		if (is_host_address(address))
			round.add(gratuitous_arp_frame(origin, address));
	for (const auto &address : subject.ipv6)
		if (is_host_address(address))
			round.add(neighbour_advert_frame(origin, address, subject.router));
}

void add_groups(Round &round, const Subject &subject, const Options &options) {
	const Origin origin{subject.mac, subject.tags};
	const auto source4 = std::ranges::find_if(subject.ipv4, is_host_address<Ipv4Address>);
	const auto from4 = source4 == subject.ipv4.end() ? Ipv4Address{} : *source4;
	const auto groups4 = reported(subject.ipv4_groups);
	if (options.igmp == IgmpVersion::v3)
		round.add(igmp_v3_reports(origin, from4, groups4, options.mtu));
	else
		for (const auto &group : groups4)
			round.add(igmp_v2_report(origin, from4, group));

	const auto source6 = std::ranges::find_if(subject.ipv6, &Ipv6Address::is_link_local);
	const auto from6 = source6 == subject.ipv6.end() ? Ipv6Address{} : *source6;
	round.add(mld_v2_reports(origin, from6, reported(subject.ipv6_groups), options.mtu));
}

} // namespace

std::vector<Frame> frames_for(const std::vector<Subject> &subjects, const Options &options) {
	const auto silent = [&](const MacAddress &mac) {
		return mac.is_zero() || mac.is_multicast() || std::ranges::count(options.notify_off_macs, mac) != 0;
	};
	std::vector<const Subject *> order;
	for (const auto &subject : subjects)
		order.push_back(&subject);
	std::ranges::stable_sort(order, {}, [](const Subject *subject) { return subject->tags.size(); });

	Round round;
	for (const auto *subject : order)
		if (!silent(subject->mac))
			round.add(rarp_frame({subject->mac, subject->tags}));
	for (const auto *subject : order)
		for (const auto &mac : subject->extra_macs)
			if (!silent(mac))
				round.add(rarp_frame({mac, subject->tags}));
	std::erase_if(order, [&](const Subject *subject) { return silent(subject->mac); });
	for (const auto *subject : order)
		add_addresses(round, *subject);
	for (const auto *subject : order)
		add_groups(round, *subject, options);
	return std::move(round).take();
}

std::span<const Frame> Batches::take() {
	const auto begin = next_;
	std::size_t bytes = 0;
	while (!done() && next_ - begin < kFrames) {
		bytes += frames_[next_].size();
		if (bytes > kBytes && next_ != begin)
			break;
		++next_;
	}
	return std::span(frames_).subspan(begin, next_ - begin);
}

} // namespace failover::announce
