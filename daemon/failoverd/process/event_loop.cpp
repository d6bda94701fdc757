// SPDX-License-Identifier: GPL-2.0-only
#include "process/event_loop.hpp"

#include <cstdint>
#include <sys/epoll.h>

namespace failover {

namespace {

int run_callback(void *userdata) {
	// The callback may drop the source it came by; keep what runs alive until it returns.
	const auto callback = *static_cast<std::function<void()> *>(userdata);
	callback();
	return 0;
}

} // namespace

Result<EventLoop> EventLoop::create() {
	sd_event *event = nullptr;
	if (int error = sd_event_new(&event); error < 0)
		return fail_errno(-error, "making the event loop");
	return EventLoop(event);
}

Result<EventSource> EventLoop::on_readable(int fd, std::function<void()> callback, bool urgent) {
	EventSource source;
	source.state_ = std::make_unique<EventSource::State>();
	source.state_->callback = std::move(callback);
	const int error = sd_event_add_io(
	    event_, &source.state_->source, fd, EPOLLIN,
	    [](sd_event_source *, int, std::uint32_t, void *data) { return run_callback(data); },
	    &source.state_->callback);
	if (error < 0)
		return fail_errno(-error, "watching a descriptor");
	if (urgent)
		sd_event_source_set_priority(source.state_->source, SD_EVENT_PRIORITY_IMPORTANT);
	return source;
}

Result<EventSource> EventLoop::at(Time when, std::function<void()> callback) {
	EventSource source;
	source.state_ = std::make_unique<EventSource::State>();
	source.state_->callback = std::move(callback);
	const auto microseconds = std::chrono::ceil<std::chrono::microseconds>(when).count();
	const int error = sd_event_add_time(
	    event_, &source.state_->source, CLOCK_BOOTTIME, static_cast<std::uint64_t>(microseconds), 1,
	    [](sd_event_source *, std::uint64_t, void *data) { return run_callback(data); }, &source.state_->callback);
	if (error < 0)
		return fail_errno(-error, "setting a timer");
	return source;
}

Result<EventSource> EventLoop::on_signal(int signal, std::function<void()> callback) {
	EventSource source;
	source.state_ = std::make_unique<EventSource::State>();
	source.state_->callback = std::move(callback);
	const int error = sd_event_add_signal(
	    event_, &source.state_->source, signal,
	    [](sd_event_source *, const signalfd_siginfo *, void *data) { return run_callback(data); },
	    &source.state_->callback);
	if (error < 0)
		return fail_errno(-error, fmt::format("watching signal {}", signal));
	return source;
}

Status EventLoop::run() {
	if (int error = sd_event_loop(event_); error < 0)
		return fail_errno(-error, "event loop");
	return {};
}

void EventLoop::quit() {
	sd_event_exit(event_, 0);
}

} // namespace failover
