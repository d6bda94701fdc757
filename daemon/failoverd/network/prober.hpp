// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "announce/frame.hpp"
#include "model/master_model.hpp"
#include "network/announcer.hpp"
#include "process/event_loop.hpp"

#include <cstdint>

namespace failover {

/// Sends probes between two slaves of a master, both ways, until told to stop; the kernel reports those that arrive.
class Prober {
public:
	struct Path {
		model::Slot candidate = FOM_NO_SLOT, active = FOM_NO_SLOT;
		int candidate_ifindex = 0, active_ifindex = 0;
		MacAddress mac; ///< the master's
		std::uint64_t nonce = 0;
	};

	void start(EventLoop &loop, FrameSender &sender, const Path &path);
	void stop() { timer_ = {}; }
	[[nodiscard]] bool running() const { return static_cast<bool>(timer_); }
	[[nodiscard]] const Path &path() const { return path_; }

private:
	void send_round();

	EventLoop *loop_ = nullptr;
	FrameSender *sender_ = nullptr;
	Path path_;
	unsigned rounds_ = 0;
	EventSource timer_;
};

/// One probe. `own_source`: it comes from the master's own address and moves the fabric's entry for it; else from a
/// locally administered one made of it, which moves nothing but is dropped where source addresses are policed.
[[nodiscard]] announce::Frame probe_frame(const MacAddress &master, model::Slot slot, std::uint64_t nonce,
					  bool own_source);

} // namespace failover
