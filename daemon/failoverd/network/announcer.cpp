// SPDX-License-Identifier: GPL-2.0-only
#include "network/announcer.hpp"

#include "announce/arp_frames.hpp"

#include <algorithm>
#include <cerrno>
#include <linux/if_packet.h>
#include <sys/socket.h>

namespace failover {

Result<FrameSender> FrameSender::open() {
	// Protocol 0: the socket is never put on a receive list.
	UniqueFd fd(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	if (!fd)
		return fail_errno(errno, "packet socket for announcements");
	return FrameSender(std::move(fd));
}

Status FrameSender::send(int ifindex, const announce::Frame &frame) {
	sockaddr_ll to{};
	to.sll_family = AF_PACKET;
	to.sll_ifindex = ifindex;
	const auto sent =
	    ::sendto(fd_.get(), frame.data(), frame.size(), 0, reinterpret_cast<const sockaddr *>(&to), sizeof(to));
	if (sent < 0)
		return fail_errno(errno, fmt::format("sending an announcement by ifindex {}", ifindex));
	return {};
}

void Announcer::start(EventLoop &loop, FrameSender &sender, int ifindex, const MacAddress &mac, Settings settings,
		      Subjects subjects, Report report) {
	loop_ = &loop;
	sender_ = &sender;
	ifindex_ = ifindex;
	options_ = std::move(settings.options);
	subjects_ = std::move(subjects);
	report_ = std::move(report);
	batches_ = {};
	sent_ = 0;

	const auto now = EventLoop::now();
	schedule_ = announce::Schedule(settings.offsets);
	schedule_.start(now);
	const bool silent = std::ranges::find(options_.notify_off_macs, mac) != options_.notify_off_macs.end();
	if (!silent && schedule_.next_due(now) == EventLoop::Time::zero()) {
		// What turns switches around is this one frame; everything else may take its time.
		auto done = sender.send(ifindex, announce::rarp_frame({mac, {}}));
		sent_ += done ? 1 : 0;
		report_(sent_, done);
	}
	if (auto due = schedule_.next_due(now))
		arm(now + *due);
}

void Announcer::stop() {
	schedule_.cancel();
	batches_ = {};
	timer_ = {};
}

void Announcer::arm(EventLoop::Time when) {
	if (auto timer = loop_->at(when, [this] { step(); }))
		timer_ = std::move(*timer);
}

void Announcer::step() {
	const auto now = EventLoop::now();
	if (schedule_.take_due(now))
		batches_ = announce::Batches(announce::frames_for(subjects_(), options_));
	send_batch();
	if (!batches_.done())
		arm(now + std::chrono::milliseconds(announce::Batches::kIntervalMs));
	else if (auto due = schedule_.next_due(now))
		arm(now + *due);
	else
		timer_ = {};
}

void Announcer::send_batch() {
	Status outcome;
	for (const auto &frame : batches_.take()) {
		auto done = sender_->send(ifindex_, frame);
		if (done)
			++sent_;
		else
			outcome = std::move(done);
	}
	if (batches_.done())
		report_(sent_, outcome);
}

} // namespace failover
