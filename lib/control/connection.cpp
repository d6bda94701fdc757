// SPDX-License-Identifier: GPL-2.0-only
#include "control/connection.hpp"

#include "control/interface.hpp"

#include <array>
#include <cerrno>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <utility>

namespace failover::control {

namespace {

/// Failover goes first: a busy control socket must not delay a netlink event.
constexpr std::int64_t kPriority = SD_EVENT_PRIORITY_NORMAL + 10;
/// Read in one go: bounds how many calls one client gets answered before the loop turns to somebody else.
constexpr std::size_t kReadSize = 4096;

std::shared_ptr<const std::string> shared_encoding(const Answer &answer) {
	return std::make_shared<const std::string>(encode(to_message(answer)));
}

} // namespace

Connection::Connection(UniqueFd socket, const Caller &caller, Service &service, const ServerOptions &options,
		       Closed closed)
    : socket_(std::move(socket)), caller_(caller), service_(service), options_(options), closed_(std::move(closed)),
      decoder_({.message_size = options.max_call_size}) {}

Status Connection::start(sd_event *loop) {
	sd_event_source *io = nullptr;
	int error = sd_event_add_io(loop, &io, socket_.get(), EPOLLIN, on_io, this);
	io_.reset(io);
	if (error >= 0)
		error = sd_event_source_set_priority(io, kPriority);
	sd_event_source *deadline = nullptr;
	if (error >= 0)
		error = sd_event_add_time_relative(loop, &deadline, CLOCK_MONOTONIC, options_.farewell_us, 0,
						   on_farewell_over, this);
	deadline_.reset(deadline);
	if (error >= 0)
		error = sd_event_source_set_enabled(deadline, SD_EVENT_OFF);
	if (error < 0)
		return fail_errno(-error, "watching a control connection");
	return {};
}

bool Connection::subscribed_to(std::string_view master) const {
	return subscribed() && (!subscription_->master || *subscription_->master == master);
}

int Connection::on_io(sd_event_source *, int, std::uint32_t revents, void *self) {
	// close() inside must not pull the object from under our feet.
	const auto connection = static_cast<Connection *>(self)->shared_from_this();
	const bool gone = (revents & (EPOLLHUP | EPOLLERR)) != 0;
	// A client that said its piece and left: the piece (a oneway call) still counts.
	while (gone && connection->may_read())
		connection->read_some();
	if (!gone && (revents & EPOLLIN) != 0 && connection->may_read())
		connection->read_some();
	if (gone)
		connection->close();
	else
		connection->pump();
	return 0;
}

int Connection::on_farewell_over(sd_event_source *, std::uint64_t, void *self) {
	static_cast<Connection *>(self)->shared_from_this()->close();
	return 0;
}

bool Connection::may_read() const {
	return socket_ && !busy_ && !subscription_ && !input_closed_ && !closing_ && out_.empty();
}

void Connection::read_some() {
	std::array<char, kReadSize> chunk{};
	const ssize_t got = ::recv(socket_.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		input_closed_ = true;
		return;
	}
	decoder_.feed({chunk.data(), static_cast<std::size_t>(got)});
	pump();
}

void Connection::pump() {
	for (;;) {
		flush();
		if (!socket_ || !out_.empty() || busy_ || subscription_ || closing_)
			break;
		auto message = decoder_.next();
		if (!message) {
			farewell(refused(message.error().message).value(), message.error().message);
			break;
		}
		if (!*message)
			break;
		handle(**message);
	}
	resume_ = false;
	if (!socket_)
		return;
	const bool done = out_.empty() && !busy_ && (closing_ || (input_closed_ && !subscription_));
	if (done)
		close();
	else
		watch();
}

void Connection::handle(const Json &message) {
	auto call = to_call(message);
	if (!call)
		return farewell(refused(call.error().message).value(), call.error().message);

	busy_ = true;
	Responder responder;
	// An answer may come long after the client left; the weak pointer notices.
	responder.answer = [weak = weak_from_this(), oneway = call->oneway](const Answer &answer) {
		const auto self = weak.lock();
		if (!self || !self->socket_ || self->closing_)
			return;
		self->busy_ = false;
		self->resume_ = true;
		if (!oneway)
			self->queue(shared_encoding(answer));
		self->watch();
	};
	responder.subscribe = [this](const std::vector<EventRecord> &past, std::optional<std::string> master) {
		busy_ = false;
		subscribe(past, std::move(master));
	};
	dispatch(service_, caller_, *call, std::move(responder));
}

void Connection::subscribe(const std::vector<EventRecord> &past, std::optional<std::string> master) {
	for (const EventRecord &event : past)
		queue(shared_encoding(event_answer(event)));
	subscription_ = Subscription{std::move(master)};
}

void Connection::push_event(const std::shared_ptr<const std::string> &encoded) {
	if (!subscribed())
		return;
	if (backlog_ <= options_.max_backlog) {
		queue(encoded);
		flush();
		watch();
		return;
	}
	// The message on its way must stay whole; the rest makes room for the reason.
	std::uint64_t missed = 1;
	while (out_.size() > (sent_ > 0 ? 1U : 0U)) {
		backlog_ -= out_.back()->size();
		out_.pop_back();
		++missed;
	}
	farewell({std::string(kTooSlow), {{"missed", missed}}, {}},
		 fmt::format("reads events too slowly, {} missed", missed));
}

void Connection::farewell(const CallError &last_word, std::string_view reason) {
	closing_ = true;
	resume_ = true;
	service_.client_dropped(caller_, reason);
	queue(shared_encoding(to_answer(last_word)));
	flush();
	if (sd_event_source_set_time_relative(deadline_.get(), options_.farewell_us) < 0 ||
	    sd_event_source_set_enabled(deadline_.get(), SD_EVENT_ONESHOT) < 0)
		return close();
	watch();
}

void Connection::queue(std::shared_ptr<const std::string> encoded) {
	backlog_ += encoded->size();
	out_.push_back(std::move(encoded));
}

void Connection::flush() {
	while (socket_ && !out_.empty()) {
		const std::string &front = *out_.front();
		const ssize_t put =
		    ::send(socket_.get(), front.data() + sent_, front.size() - sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0 && errno == EAGAIN)
			return;
		if (put < 0)
			return close();
		sent_ += static_cast<std::size_t>(put);
		if (sent_ < front.size())
			continue;
		backlog_ -= front.size();
		sent_ = 0;
		out_.pop_front();
	}
	if (out_.empty())
		out_.shrink_to_fit();
}

void Connection::watch() {
	if (!socket_)
		return;
	// EPOLLOUT also stands for "there is work to take up": what an answer given outside of on_io leaves to do
	// (next call, close) is done from the loop.
	std::uint32_t events = may_read() ? EPOLLIN : 0U;
	if (!out_.empty() || resume_)
		events |= EPOLLOUT;
	if (sd_event_source_set_io_events(io_.get(), events) < 0)
		close();
}

void Connection::close() {
	if (!socket_)
		return;
	io_.reset();
	deadline_.reset();
	socket_.reset();
	out_.clear();
	backlog_ = 0;
	closed_(*this);
}

} // namespace failover::control
