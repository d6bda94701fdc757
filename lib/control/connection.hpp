// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/fd.hpp"
#include "control/codec.hpp"
#include "control/dispatch.hpp"
#include "control/server.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <systemd/sd-event.h>

namespace failover::control {

struct SourceUnref {
	void operator()(sd_event_source *source) const { sd_event_source_disable_unref(source); }
};
using EventSource = std::unique_ptr<sd_event_source, SourceUnref>;

/// One client. Calls are answered one after the other: while an answer is on its way out, or being worked on,
/// nothing more is read, so a client that does not read costs one answer and no more.
class Connection : public std::enable_shared_from_this<Connection> {
public:
	using Closed = std::function<void(Connection &)>;

	Connection(UniqueFd socket, const Caller &caller, Service &service, const ServerOptions &options,
		   Closed closed);

	/// Begins to serve.
	[[nodiscard]] Status start(sd_event *loop);
	/// Queues an event that every subscriber shares. A reader that fell too far behind is let go instead.
	void push_event(const std::shared_ptr<const std::string> &encoded);
	/// Sends the last word, then closes: at once when the client reads, else after options.farewell_us.
	void farewell(const CallError &last_word, std::string_view reason);

	[[nodiscard]] const Caller &caller() const { return caller_; }
	[[nodiscard]] bool subscribed_to(std::string_view master) const;
	[[nodiscard]] bool subscribed() const { return subscription_.has_value() && !closing_; }

private:
	struct Subscription {
		std::optional<std::string> master;
		std::uint64_t missed = 0;
	};

	static int on_io(sd_event_source *source, int fd, std::uint32_t revents, void *self);
	static int on_farewell_over(sd_event_source *source, std::uint64_t usec, void *self);

	void read_some();
	void pump();
	void handle(const Json &message);
	void subscribe(const std::vector<EventRecord> &past, std::optional<std::string> master);
	void queue(std::shared_ptr<const std::string> encoded);
	void flush();
	void watch();
	void close();
	[[nodiscard]] bool may_read() const;

	UniqueFd socket_;
	Caller caller_;
	Service &service_;
	const ServerOptions &options_;
	Closed closed_;
	EventSource io_;
	EventSource deadline_;

	Decoder decoder_;
	std::deque<std::shared_ptr<const std::string>> out_;
	std::size_t sent_ = 0;    ///< bytes of out_.front() that are gone
	std::size_t backlog_ = 0; ///< bytes of all of out_
	std::optional<Subscription> subscription_;
	bool busy_ = false;         ///< a call is being worked on
	bool input_closed_ = false; ///< the client sends no more but may still read
	bool closing_ = false;      ///< only the last word is still to be sent
	bool resume_ = false;       ///< pump() has something to do although nothing arrived
};

} // namespace failover::control
