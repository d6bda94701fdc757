// SPDX-License-Identifier: GPL-2.0-only
#include "stream.hpp"

#include "clock.hpp"
#include "connection.hpp"
#include "endpoint.hpp"
#include "report.hpp"
#include "signals.hpp"

#include <array>
#include <cerrno>
#include <optional>
#include <poll.h>

namespace failover::traffic {

namespace {

constexpr int kTickMs = 5;         // pacing: a twohundredth of the rate at a time
constexpr int kRetryMs = 100;      // before the next attempt to connect
constexpr int kGoodbyeMs = 10'000; // how long the other end may take to finish after we did

/// What both ends have in common: signals, totals over all connections, the report.
class Session {
public:
	Session(Signals signals, const StreamOptions &options) : signals_(std::move(signals)), options_(options) {}

	[[nodiscard]] int signal_fd() const { return signals_.fd(); }
	[[nodiscard]] bool stopping() const { return stopping_; }
	void stop() { stopping_ = true; }

	Status serve_signals() {
		while (auto request = signals_.next()) {
			if (*request == Signals::Request::kStop)
				stopping_ = true;
			++snapshots_;
			if (auto status = report(); !status)
				return status;
		}
		return {};
	}

	/// Runs one connection to its end.
	Status carry(UniqueFd socket, Connection::Side side) {
		++connections_;
		current_.emplace(std::move(socket), side, options_.rate);
		std::uint64_t goodbye_ns = 0;
		while (current_->open()) {
			std::array<pollfd, 2> wait{{{current_->fd(), POLLIN, 0}, {signals_.fd(), POLLIN, 0}}};
			::poll(wait.data(), wait.size(), kTickMs);
			if (auto status = serve_signals(); !status)
				return status;
			current_->pump(monotonic_ns());
			if (deadline_ns_ && monotonic_ns() >= deadline_ns_)
				stopping_ = true;
			if (stopping_ && !goodbye_ns) {
				current_->finish();
				goodbye_ns = monotonic_ns() + kGoodbyeMs * 1'000'000ull;
			}
			if (goodbye_ns && monotonic_ns() > goodbye_ns)
				current_->give_up();
		}
		totals_ += current_->totals();
		current_.reset();
		return {};
	}

	void end_at(std::uint64_t deadline_ns) { deadline_ns_ = deadline_ns; }
	[[nodiscard]] bool over() const { return stopping_ || (deadline_ns_ && monotonic_ns() >= deadline_ns_); }

	Status report() const {
		auto totals = totals_;
		if (current_)
			totals += current_->totals();
		return write_report(options_.json, {{"connections", connections_},
						    {"connected", current_.has_value()},
						    {"bytes_sent", totals.sent},
						    {"bytes_received", totals.received},
						    {"bytes_wrong", totals.wrong},
						    {"resets", totals.resets},
						    {"longest_stall_ms", static_cast<double>(totals.stall_ns) / 1e6},
						    {"last_error", totals.last_error},
						    {"snapshot", snapshots_}});
	}

private:
	Signals signals_;
	const StreamOptions &options_;
	std::optional<Connection> current_;
	Connection::Totals totals_;
	std::uint64_t deadline_ns_ = 0;
	std::uint64_t connections_ = 0;
	bool stopping_ = false;
	unsigned snapshots_ = 0;
};

} // namespace

Status run_stream_server(const StreamOptions &options) {
	auto at = Endpoint::parse(options.address, options.port);
	if (!at)
		return tl::unexpected(std::move(at.error()));
	auto signals = Signals::take_over();
	if (!signals)
		return tl::unexpected(std::move(signals.error()));
	auto listener = open_socket(*at, SOCK_STREAM | SOCK_NONBLOCK);
	if (!listener)
		return tl::unexpected(std::move(listener.error()));
	if (auto status = bind_socket(listener->get(), *at); !status)
		return status;
	if (::listen(listener->get(), 1) < 0)
		return fail_errno(errno, fmt::format("listening on {}", at->text()));

	Session session(std::move(*signals), options);
	if (auto status = session.report(); !status)
		return status;
	while (!session.over()) {
		std::array<pollfd, 2> wait{{{listener->get(), POLLIN, 0}, {session.signal_fd(), POLLIN, 0}}};
		::poll(wait.data(), wait.size(), -1);
		if (auto status = session.serve_signals(); !status)
			return status;
		UniqueFd socket(::accept4(listener->get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
		if (!socket)
			continue;
		if (auto status = session.carry(std::move(socket), Connection::Side::kServer); !status)
			return status;
	}
	return session.report();
}

Status run_stream_client(const StreamOptions &options) {
	auto to = Endpoint::parse(options.address, options.port);
	if (!to)
		return tl::unexpected(std::move(to.error()));
	auto signals = Signals::take_over();
	if (!signals)
		return tl::unexpected(std::move(signals.error()));

	Session session(std::move(*signals), options);
	if (options.duration_s > 0)
		session.end_at(monotonic_ns() + static_cast<std::uint64_t>(options.duration_s * 1e9));
	if (auto status = session.report(); !status)
		return status;
	while (!session.over()) {
		auto socket = open_socket(*to, SOCK_STREAM);
		if (!socket)
			return tl::unexpected(std::move(socket.error()));
		if (connect_socket(socket->get(), *to)) {
			if (auto status = session.carry(std::move(*socket), Connection::Side::kClient); !status)
				return status;
		}
		if (session.over())
			break;
		// Also after a break: a server that dies closes the connection before it closes its listener.
		pollfd wait{session.signal_fd(), POLLIN, 0};
		::poll(&wait, 1, kRetryMs);
		if (auto status = session.serve_signals(); !status)
			return status;
	}
	return session.report();
}

} // namespace failover::traffic
