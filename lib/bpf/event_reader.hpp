// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/result.hpp"

#include <functional>
#include <linux/fom_abi.h>
#include <memory>

struct ring_buffer;

namespace failover::bpf {

/// Reads the ring buffer fom_events. What the kernel wrote while no daemon ran is delivered first.
class EventReader {
public:
	using Handler = std::function<void(const fom_event &)>;

	[[nodiscard]] static Result<EventReader> open(int events_fd, Handler handler);
	/// Readable when there are events.
	[[nodiscard]] int fd() const;
	/// Delivers everything that is waiting. Records of another version are dropped.
	Status read();

private:
	struct Deleter {
		void operator()(ring_buffer *ring) const;
	};
	EventReader(std::unique_ptr<Handler> handler, std::unique_ptr<ring_buffer, Deleter> ring)
	    : handler_(std::move(handler)), ring_(std::move(ring)) {}

	std::unique_ptr<Handler> handler_;
	std::unique_ptr<ring_buffer, Deleter> ring_;
};

} // namespace failover::bpf
