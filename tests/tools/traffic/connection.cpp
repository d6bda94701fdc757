// SPDX-License-Identifier: GPL-2.0-only
#include "connection.hpp"

#include "clock.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>

namespace failover::traffic {

namespace {
constexpr std::size_t kChunk = 64 << 10;
constexpr Pattern kFromClient(0x636c69656e74);
constexpr Pattern kFromServer(0x736572766572);
} // namespace

Connection::Totals &Connection::Totals::operator+=(const Totals &other) {
	sent += other.sent;
	received += other.received;
	wrong += other.wrong;
	resets += other.resets;
	stall_ns = std::max(stall_ns, other.stall_ns);
	if (!other.last_error.empty())
		last_error = other.last_error;
	return *this;
}

Connection::Connection(UniqueFd socket, Side side, std::uint64_t rate)
    : socket_(std::move(socket)), side_(side), out_(side == Side::kClient ? kFromClient : kFromServer),
      in_(side == Side::kClient ? kFromServer : kFromClient), rate_(rate), start_ns_(monotonic_ns()),
      heard_ns_(start_ns_), buffer_(kChunk) {
	::fcntl(socket_.get(), F_SETFL, ::fcntl(socket_.get(), F_GETFL) | O_NONBLOCK);
}

void Connection::pump(std::uint64_t now_ns) {
	receive(now_ns);
	if (socket_ && !finishing_)
		send(now_ns);
}

void Connection::receive(std::uint64_t now_ns) {
	while (socket_) {
		const auto size = ::recv(socket_.get(), buffer_.data(), buffer_.size(), 0);
		if (size < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (size < 0)
			return broken(errno);
		if (size == 0) {
			if (side_ == Side::kClient && !finishing_)
				return broken(ECONNRESET);
			finish();
			socket_.reset();
			return;
		}
		const auto bytes = std::span<const std::byte>(buffer_).first(static_cast<std::size_t>(size));
		totals_.wrong += in_.mismatches(totals_.received, bytes);
		totals_.received += bytes.size();
		totals_.stall_ns = std::max(totals_.stall_ns, now_ns - heard_ns_);
		heard_ns_ = now_ns;
	}
	if (!finishing_)
		totals_.stall_ns = std::max(totals_.stall_ns, now_ns - heard_ns_);
}

void Connection::send(std::uint64_t now_ns) {
	const auto elapsed_us = (now_ns - start_ns_) / 1'000;
	const auto allowed = rate_ * elapsed_us / 1'000'000;
	while (totals_.sent < allowed) {
		const auto want = std::min<std::uint64_t>(buffer_.size(), allowed - totals_.sent);
		out_.fill(totals_.sent, std::span(buffer_).first(want));
		const auto size = ::send(socket_.get(), buffer_.data(), want, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (size < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (size < 0)
			return broken(errno);
		totals_.sent += static_cast<std::uint64_t>(size);
	}
}

void Connection::finish() {
	if (!finishing_ && socket_)
		::shutdown(socket_.get(), SHUT_WR);
	finishing_ = true;
}

void Connection::give_up() {
	broken(ETIMEDOUT);
}

void Connection::broken(int code) {
	++totals_.resets;
	totals_.last_error = std::strerror(code);
	socket_.reset();
}

} // namespace failover::traffic
