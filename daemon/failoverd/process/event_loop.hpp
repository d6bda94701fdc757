// SPDX-License-Identifier: GPL-2.0-only
// sd-event with owned sources and C++ callbacks.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <systemd/sd-event.h>

namespace failover {

/// A source that is in the loop for as long as this object lives.
class EventSource {
public:
	EventSource() = default;
	explicit operator bool() const { return static_cast<bool>(state_); }

private:
	friend class EventLoop;
	struct State {
		std::function<void()> callback;
		sd_event_source *source = nullptr;
		~State() { sd_event_source_disable_unref(source); }
	};
	std::unique_ptr<State> state_;
};

class EventLoop {
public:
	using Time = std::chrono::nanoseconds; ///< CLOCK_BOOTTIME

	[[nodiscard]] static Result<EventLoop> create();
	EventLoop(EventLoop &&other) noexcept : event_(std::exchange(other.event_, nullptr)) {}
	EventLoop &operator=(EventLoop &&) = delete;
	~EventLoop() { sd_event_unref(event_); }

	/// Calls back whenever the descriptor is readable. `urgent` sources are served before others.
	[[nodiscard]] Result<EventSource> on_readable(int fd, std::function<void()> callback, bool urgent = false);
	/// Calls back once at a time.
	[[nodiscard]] Result<EventSource> at(Time when, std::function<void()> callback);
	/// Calls back at SIGTERM, SIGHUP...; the signal must be blocked.
	[[nodiscard]] Result<EventSource> on_signal(int signal, std::function<void()> callback);

	[[nodiscard]] Status run();
	void quit();
	[[nodiscard]] sd_event *get() const { return event_; }

	[[nodiscard]] static Time now() { return boottime_now(); }

private:
	explicit EventLoop(sd_event *event) : event_(event) {}
	sd_event *event_ = nullptr;
};

} // namespace failover
