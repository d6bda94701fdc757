// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "announce/plan.hpp"
#include "announce/schedule.hpp"
#include "base/fd.hpp"
#include "process/event_loop.hpp"

#include <functional>

namespace failover {

/// A socket that sends whole frames out of slaves, past the master.
class FrameSender {
public:
	/// Opens in the calling thread's namespace (the hidden one). It receives nothing.
	[[nodiscard]] static Result<FrameSender> open();
	[[nodiscard]] Status send(int ifindex, const announce::Frame &frame);

private:
	explicit FrameSender(UniqueFd fd) : fd_(std::move(fd)) {}
	UniqueFd fd_;
};

/// Tells the fabric after a switch where a master is now, in rounds.
class Announcer {
public:
	/// Called at the start of each round: what there is to announce right now.
	using Subjects = std::function<std::vector<announce::Subject>()>;
	/// After the very first frame of a switch and after each round: frames sent so far, and what went wrong.
	using Report = std::function<void(std::size_t frames, const Status &)>;

	struct Settings {
		std::vector<std::chrono::milliseconds> offsets;
		announce::Options options;
	};

	/// A switch to `ifindex` happened. The RARP of `mac` leaves before this returns when the schedule begins with
	/// 0; the rest follows from the loop. What was left of an earlier switch is dropped.
	void start(EventLoop &loop, FrameSender &sender, int ifindex, const MacAddress &mac, Settings settings,
		   Subjects subjects, Report report);
	void stop();

private:
	void arm(EventLoop::Time when);
	void step();
	void send_batch();

	EventLoop *loop_ = nullptr;
	FrameSender *sender_ = nullptr;
	int ifindex_ = 0;
	announce::Schedule schedule_;
	announce::Options options_;
	announce::Batches batches_;
	Subjects subjects_;
	Report report_;
	EventSource timer_;
	std::size_t sent_ = 0;
};

} // namespace failover
