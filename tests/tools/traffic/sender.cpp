// SPDX-License-Identifier: GPL-2.0-only
#include "sender.hpp"

#include "clock.hpp"
#include "endpoint.hpp"
#include "packet.hpp"
#include "report.hpp"
#include "schedule.hpp"
#include "signals.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <poll.h>
#include <sys/prctl.h>

namespace failover::traffic {

namespace {

constexpr int kSendBuffer = 8 << 20;

class Sender {
public:
	Sender(UniqueFd socket, Signals signals, const SendOptions &options)
	    : socket_(std::move(socket)), signals_(std::move(signals)), options_(options) {}

	Status run() {
		if (auto status = report(); !status)
			return status;
		const auto start = monotonic_ns();
		const auto end = options_.duration_s > 0 ? start + static_cast<std::uint64_t>(options_.duration_s * 1e9)
							 : UINT64_MAX;
		Schedule schedule(options_.pps, start);
		for (auto now = start; now < end; now = monotonic_ns()) {
			for (unsigned due = schedule.take(now); due > 0; --due)
				send_one();
			auto stop = wait_until(std::min(schedule.wake_ns(), end));
			if (!stop)
				return tl::unexpected(std::move(stop.error()));
			if (*stop)
				break;
		}
		return report();
	}

private:
	void send_one() {
		const auto now = monotonic_ns();
		const PacketHeader header{sequence_++, now, kPacketMagic};
		std::memcpy(buffer_.data(), &header, sizeof(header));
		first_ns_ = first_ns_ ? first_ns_ : now;
		last_ns_ = now;
		// Never wait for room: a stalled path must show as loss, not as a sender that pauses.
		if (::send(socket_.get(), buffer_.data(), options_.size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			++errors_[errno];
	}

	// True: asked to stop. ppoll sleeps with the precision of the timer slack, and a signal ends it at once.
	Result<bool> wait_until(std::uint64_t deadline_ns) {
		while (true) {
			const auto now = monotonic_ns();
			const auto left = deadline_ns > now ? deadline_ns - now : 0;
			const timespec timeout{static_cast<time_t>(left / 1'000'000'000),
					       static_cast<long>(left % 1'000'000'000)};
			pollfd wait{signals_.fd(), POLLIN, 0};
			if (::ppoll(&wait, 1, &timeout, nullptr) == 0)
				return false;
			while (auto request = signals_.next()) {
				if (*request == Signals::Request::kStop)
					return true;
				++snapshots_;
				if (auto status = report(); !status)
					return tl::unexpected(std::move(status.error()));
			}
		}
	}

	Status report() const {
		std::uint64_t errors = 0;
		auto by_name = nlohmann::json::object();
		for (const auto &[code, count] : errors_) {
			errors += count;
			const char *name = ::strerrorname_np(code);
			by_name[name ? name : std::to_string(code)] = count;
		}
		return write_report(options_.json, {{"sent", sequence_},
						    {"first_ns", first_ns_},
						    {"last_ns", last_ns_},
						    {"errors", errors},
						    {"errors_by", by_name},
						    {"snapshot", snapshots_}});
	}

	UniqueFd socket_;
	Signals signals_;
	const SendOptions &options_;
	std::array<std::byte, kMaxDatagram> buffer_{};
	std::uint64_t sequence_ = 0;
	std::uint64_t first_ns_ = 0;
	std::uint64_t last_ns_ = 0;
	std::map<int, std::uint64_t> errors_; ///< by errno
	unsigned snapshots_ = 0;
};

} // namespace

Status run_sender(const SendOptions &options) {
	auto to = Endpoint::parse(options.to, options.port);
	if (!to)
		return tl::unexpected(std::move(to.error()));
	auto signals = Signals::take_over();
	if (!signals)
		return tl::unexpected(std::move(signals.error()));
	auto socket = open_socket(*to, SOCK_DGRAM);
	if (!socket)
		return tl::unexpected(std::move(socket.error()));
	if (!options.bind.empty()) {
		auto from = Endpoint::parse(options.bind, 0);
		if (!from)
			return tl::unexpected(std::move(from.error()));
		if (auto status = bind_socket(socket->get(), *from); !status)
			return status;
	}
	const int on = 1;
	if (::setsockopt(socket->get(), SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)) < 0)
		return fail_errno(errno, "asking to send broadcasts");
	enlarge_buffer(socket->get(), SO_SNDBUFFORCE, SO_SNDBUF, kSendBuffer);
	if (auto status = connect_socket(socket->get(), *to); !status)
		return status;
	// The default slack of 50 us is a whole packet interval at 20,000 packets/s.
	::prctl(PR_SET_TIMERSLACK, 1);
	return Sender(std::move(*socket), std::move(*signals), options).run();
}

} // namespace failover::traffic
