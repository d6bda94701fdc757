// SPDX-License-Identifier: GPL-2.0-only
#include "receiver.hpp"

#include "clock.hpp"
#include "endpoint.hpp"
#include "packet.hpp"
#include "report.hpp"
#include "sequence_log.hpp"
#include "signals.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <poll.h>

namespace failover::traffic {

namespace {

constexpr unsigned kBatch = 64;

/// The messages of one recvmmsg call: headers only, the rest of a datagram is cut off and nobody misses it.
class Batch {
public:
	Batch() {
		for (unsigned i = 0; i < kBatch; ++i) {
			vectors_[i] = {&headers_[i], sizeof(headers_[i])};
			messages_[i].msg_hdr.msg_iov = &vectors_[i];
			messages_[i].msg_hdr.msg_iovlen = 1;
			messages_[i].msg_hdr.msg_control = &controls_[i];
		}
	}
	[[nodiscard]] int receive(int fd) {
		for (auto &message : messages_)
			message.msg_hdr.msg_controllen = sizeof(Control);
		return ::recvmmsg(fd, messages_.data(), kBatch, MSG_DONTWAIT, nullptr);
	}
	[[nodiscard]] std::optional<PacketHeader> header(unsigned i) const {
		if (messages_[i].msg_len < sizeof(PacketHeader) || headers_[i].magic != kPacketMagic)
			return std::nullopt;
		return headers_[i];
	}
	/// Control message of socket level, read as T.
	template <typename T> [[nodiscard]] std::optional<T> control(unsigned i, int type) {
		auto &header = messages_[i].msg_hdr;
		for (auto *c = CMSG_FIRSTHDR(&header); c; c = CMSG_NXTHDR(&header, c)) {
			if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != type || c->cmsg_len < CMSG_LEN(sizeof(T)))
				continue;
			T value;
			std::memcpy(&value, CMSG_DATA(c), sizeof(value));
			return value;
		}
		return std::nullopt;
	}

private:
	struct alignas(cmsghdr) Control {
		std::array<char, CMSG_SPACE(sizeof(timespec)) + CMSG_SPACE(sizeof(std::uint32_t))> bytes;
	};
	std::array<PacketHeader, kBatch> headers_{};
	std::array<iovec, kBatch> vectors_{};
	std::array<Control, kBatch> controls_{};
	std::array<mmsghdr, kBatch> messages_{};
};

/// Longest time between two arrivals.
class GapMeter {
public:
	void arrival(std::uint64_t ns) {
		// Timestamps of two CPUs may be a few ns apart the wrong way.
		if (last_ns_ && ns > last_ns_)
			longest_ns_ = std::max(longest_ns_, ns - last_ns_);
		last_ns_ = std::max(last_ns_, ns);
	}
	[[nodiscard]] double longest_ms() const { return static_cast<double>(longest_ns_) / 1e6; }
	/// Silence that still lasts; it is a gap only if somebody is sending.
	[[nodiscard]] double silent_ms(std::uint64_t now_ns) const {
		return last_ns_ && now_ns > last_ns_ ? static_cast<double>(now_ns - last_ns_) / 1e6 : 0;
	}
	void restart() { longest_ns_ = 0; }

private:
	std::uint64_t last_ns_ = 0;
	std::uint64_t longest_ns_ = 0;
};

std::uint64_t realtime_ns() {
	timespec now{};
	::clock_gettime(CLOCK_REALTIME, &now);
	return to_ns(now);
}

class Receiver {
public:
	Receiver(UniqueFd socket, Signals signals, const ReceiveOptions &options)
	    : socket_(std::move(socket)), signals_(std::move(signals)), options_(options) {
		if (!options_.timeline.empty())
			timeline_.open(options_.timeline, std::ios::app);
	}

	Status run() {
		if (!timeline_)
			return fail_errno(errno, fmt::format("opening {}", options_.timeline));
		if (auto status = report(); !status)
			return status;
		while (true) {
			std::array<pollfd, 2> wait{{{socket_.get(), POLLIN, 0}, {signals_.fd(), POLLIN, 0}}};
			if (::poll(wait.data(), wait.size(), -1) < 0 && errno != EINTR)
				return fail_errno(errno, "waiting for packets");
			drain();
			while (auto request = signals_.next()) {
				++snapshots_;
				if (auto status = report(); !status || *request == Signals::Request::kStop)
					return status;
			}
		}
	}

private:
	// Everything that is queued, so that a report never misses what had arrived before it was asked for.
	void drain() {
		for (int count = batch_.receive(socket_.get()); count > 0; count = batch_.receive(socket_.get())) {
			for (unsigned i = 0; i < static_cast<unsigned>(count); ++i)
				take(i);
		}
	}

	void take(unsigned i) {
		if (auto drops = batch_.control<std::uint32_t>(i, SO_RXQ_OVFL))
			socket_drops_ = *drops;
		const auto header = batch_.header(i);
		if (!header) {
			++foreign_;
			return;
		}
		const auto stamp = batch_.control<timespec>(i, SCM_TIMESTAMPNS);
		const auto arrived = stamp ? to_ns(*stamp) : realtime_ns();
		whole_gap_.arrival(arrived);
		lap_gap_.arrival(arrived);
		const auto missing_before = log_.next();
		const auto how = log_.record(header->sequence, header->sent_ns);
		if (how == Arrival::kAfterGap)
			note({{"kind", "gap"}, {"first", missing_before}, {"last", header->sequence - 1}}, *header);
		else if (how == Arrival::kLate)
			note({{"kind", "late"}, {"first", header->sequence}, {"last", header->sequence}}, *header);
	}

	void note(nlohmann::json line, const PacketHeader &header) {
		if (!timeline_.is_open())
			return;
		line["sent_ns"] = header.sent_ns;
		line["seen_ns"] = monotonic_ns();
		timeline_ << line.dump() << std::endl;
	}

	Status report() {
		nlohmann::json report = report_of(log_);
		report.update({{"foreign", foreign_},
			       {"longest_gap_ms", whole_gap_.longest_ms()},
			       {"lap_gap_ms", lap_gap_.longest_ms()},
			       {"silent_ms", whole_gap_.silent_ms(realtime_ns())},
			       {"socket_drops", socket_drops_},
			       {"snapshot", snapshots_}});
		lap_gap_.restart();
		return write_report(options_.json, report);
	}

	UniqueFd socket_;
	Signals signals_;
	const ReceiveOptions &options_;
	std::ofstream timeline_;
	Batch batch_;
	SequenceLog log_;
	GapMeter whole_gap_;
	GapMeter lap_gap_; ///< since the last report
	std::uint64_t foreign_ = 0;
	std::uint32_t socket_drops_ = 0;
	unsigned snapshots_ = 0;
};

} // namespace

Status run_receiver(const ReceiveOptions &options) {
	auto at = Endpoint::parse(options.bind, options.port);
	if (!at)
		return tl::unexpected(std::move(at.error()));
	auto signals = Signals::take_over();
	if (!signals)
		return tl::unexpected(std::move(signals.error()));
	auto socket = open_socket(*at, SOCK_DGRAM);
	if (!socket)
		return tl::unexpected(std::move(socket.error()));
	enlarge_buffer(socket->get(), SO_RCVBUFFORCE, SO_RCVBUF, options.buffer);
	const int on = 1;
	for (const int option : {SO_RXQ_OVFL, SO_TIMESTAMPNS}) {
		if (::setsockopt(socket->get(), SOL_SOCKET, option, &on, sizeof(on)) < 0)
			return fail_errno(errno, "asking for drop counts and arrival times");
	}
	if (auto status = bind_socket(socket->get(), *at); !status)
		return status;
	return Receiver(std::move(*socket), std::move(*signals), options).run();
}

} // namespace failover::traffic
