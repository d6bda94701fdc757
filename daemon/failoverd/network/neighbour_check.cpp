// SPDX-License-Identifier: GPL-2.0-only
#include "network/neighbour_check.hpp"

#include "process/log.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>

namespace failover {

namespace {

/// From a switch to the first question: what is announced first teaches the fabric.
constexpr std::chrono::milliseconds kBegin{100};
/// The kernel needs three seconds, unless it was told otherwise (retrans_time_ms, router advertisements).
constexpr std::chrono::seconds kGiveUp{20};
/// While nobody answers they are looked for again this often: a guest that only receives would never hear of the cure.
constexpr std::chrono::seconds kAgain{10};

} // namespace

void NeighbourCheck::begin(int master) {
	auto &running = running_[master];
	auto before = running.silent ? running.inquiry.silent() : std::move(running.before);
	running = {};
	running.before = std::move(before);
	wake_at(master, EventLoop::now() + kBegin);
}

void NeighbourCheck::end(int master) {
	running_.erase(master);
	rest_if_done();
}

void NeighbourCheck::wake_at(int master, EventLoop::Time when) {
	if (auto timer = loop_.at(when, [this, master] { wake(master); }))
		running_[master].timer = std::move(*timer);
}

void NeighbourCheck::wake(int master) {
	const auto found = running_.find(master);
	if (found == running_.end())
		return;
	auto &running = found->second;
	if (!running.asked) {
		ask(master, running);
	} else if (running.silent) {
		if (look_for(running.inquiry.silent()))
			wake_at(master, EventLoop::now() + kAgain);
		else
			running_.erase(found);
	} else {
		running.inquiry.give_up();
		conclude(master);
	}
	rest_if_done();
}

void NeighbourCheck::ask(int master, Running &running) {
	// Listening comes first: an answer may be there before the next question.
	auto listening = listen();
	auto links = listening ? route_->links() : tl::unexpected(std::move(listening.error()));
	const auto devices = links ? asked_by(master, *links) : std::vector<int>{};
	auto asked = links ? who_may_answer(devices) : tl::unexpected(std::move(links.error()));
	if (!asked)
		log::warning("whether neighbours still answer is not known: {}", asked.error().message);
	else // one that has gone since then, or failed, was not asked
		std::erase_if(*asked, [&](const auto &neighbour) { return !route_->probe_neighbour(neighbour); });
	std::vector<netlink::Neighbour> all = asked ? std::move(*asked) : std::vector<netlink::Neighbour>{};
	for (auto &neighbour : running.before) {
		const bool asked_already = std::ranges::any_of(
		    all, [&](const auto &one) { return one.ifindex == neighbour.ifindex && one.dst == neighbour.dst; });
		if (!asked_already && route_ && route_->use_neighbour(neighbour))
			all.push_back(std::move(neighbour));
	}
	running.before.clear();
	if (all.empty()) {
		running_.erase(master);
		return;
	}
	running.inquiry = Inquiry(std::move(all), devices);
	running.asked = true;
	wake_at(master, EventLoop::now() + kGiveUp);
}

Result<std::vector<netlink::Neighbour>> NeighbourCheck::who_may_answer(const std::vector<int> &devices) {
	auto neighbours = route_->neighbours();
	if (!neighbours)
		return neighbours;
	std::vector<Gateway> gateways;
	for (const int device : devices)
		for (const int family : {AF_INET, AF_INET6})
			if (auto gateway = route_->gateway(family, device); !gateway.empty())
				gateways.push_back({device, std::move(gateway)});
	return whom_to_ask(devices, *neighbours, gateways);
}

bool NeighbourCheck::look_for(const std::vector<netlink::Neighbour> &silent) {
	bool there = false;
	for (const auto &neighbour : silent) {
		const auto done = route_->use_neighbour(neighbour);
		there = there || done || done.error().code != ENODEV;
	}
	return there;
}

Status NeighbourCheck::listen() {
	if (monitor_)
		return {};
	auto route = netlink::RouteSocket::open();
	if (!route)
		return tl::unexpected(std::move(route.error()));
	netlink::MonitorGroups groups;
	groups.links = false;
	groups.neighbours = true;
	auto monitor = netlink::LinkMonitor::open(groups);
	if (!monitor)
		return tl::unexpected(std::move(monitor.error()));
	auto source = loop_.on_readable(monitor->fd(), [this] { hear(); });
	if (!source)
		return tl::unexpected(std::move(source.error()));
	route_.emplace(std::move(*route));
	monitor_.emplace(std::move(*monitor));
	source_ = std::move(*source);
	return {};
}

void NeighbourCheck::hear() {
	const auto all_hear = [this](const netlink::Neighbour &neighbour, bool removed) {
		for (auto &[master, running] : running_) {
			running.inquiry.heard(neighbour, removed);
			if (!removed && running.inquiry.to_be_asked(neighbour))
				(void)route_->probe_neighbour(neighbour); // gone meanwhile: that is told too
		}
	};
	bool lost = false;
	auto done = monitor_->read([&](const netlink::MonitorEvent &event) {
		if (const auto *change = std::get_if<netlink::NeighbourEvent>(&event))
			all_hear(change->neighbour, change->change == netlink::Change::kRemoved);
		else
			lost = true;
	});
	if (!done)
		log::warning("neighbours: {}", done.error().message);
	// Afterwards: what was still to be read is older than what is looked up.
	if (auto all = lost ? route_->neighbours() : Result<std::vector<netlink::Neighbour>>{}; all)
		for (const auto &neighbour : *all)
			all_hear(neighbour, false);
	std::vector<int> masters;
	for (const auto &[master, running] : running_)
		if (running.asked)
			masters.push_back(master);
	for (const int master : masters)
		conclude(master);
	rest_if_done();
}

void NeighbourCheck::conclude(int master) {
	const auto found = running_.find(master);
	if (found == running_.end() || !found->second.asked) // what was told of another has changed it
		return;
	auto &running = found->second;
	switch (running.inquiry.outcome()) {
	case Inquiry::Outcome::kAnswered:
		running_.erase(found);
		told_(master, {});
		break;
	case Inquiry::Outcome::kAskAll: {
		const auto silent = running.inquiry.silent();
		running.inquiry.all_asked();
		wake_at(master, EventLoop::now() + kGiveUp);
		if (!look_for(silent))
			running_.erase(found);
		break;
	}
	case Inquiry::Outcome::kUnanswered:
		if (running.silent)
			break;
		running.silent = true;
		running.inquiry.told();
		wake_at(master, EventLoop::now() + kAgain);
		told_(master, running.inquiry.names());
		break;
	case Inquiry::Outcome::kNobody:
		running_.erase(found);
		break;
	case Inquiry::Outcome::kOpen:
		break;
	}
}

void NeighbourCheck::rest_if_done() {
	for (const auto &[master, running] : running_)
		if (running.asked)
			return;
	source_ = {};
	monitor_.reset();
	route_.reset();
}

} // namespace failover
