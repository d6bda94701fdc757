// SPDX-License-Identifier: GPL-2.0-only
#include "pump.hpp"

#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <vector>

namespace failover::pump {

namespace {

constexpr unsigned kBatch = 32;
constexpr int kPatienceMs = 100; ///< for a batch to arrive; what has not come by then is lost

/// A batch of datagrams of one size, for sendmmsg or recvmmsg.
struct Batch {
	explicit Batch(unsigned size) : bytes(std::size_t{size} * kBatch) {
		for (unsigned i = 0; i < kBatch; ++i) {
			parts[i] = {bytes.data() + std::size_t{i} * size, size};
			messages[i].msg_hdr.msg_iov = &parts[i];
			messages[i].msg_hdr.msg_iovlen = 1;
		}
	}
	std::vector<char> bytes;
	std::array<iovec, kBatch> parts{};
	std::array<mmsghdr, kBatch> messages{};
};

class UdpPump : public Pump {
public:
	UdpPump(UniqueFd sender, UniqueFd receiver, unsigned size)
	    : sender_(std::move(sender)), receiver_(std::move(receiver)), out_(size), in_(size) {}

	Result<Slice> run(std::chrono::milliseconds time) override {
		Slice slice;
		const auto begin = Clock::now();
		do {
			const int sent = ::sendmmsg(sender_.get(), out_.messages.data(), kBatch, 0);
			if (sent < 0)
				return fail_errno(errno, "sending UDP");
			slice.sent += static_cast<unsigned>(sent);
			auto received = receive(sent);
			if (!received)
				return tl::unexpected(received.error());
			slice.received += *received;
			slice.elapsed = Clock::now() - begin;
		} while (slice.elapsed < time);
		return slice;
	}

private:
	Result<unsigned> receive(int expected) {
		int received = 0;
		while (received < expected) {
			const int count = ::recvmmsg(receiver_.get(), in_.messages.data(), kBatch, 0, nullptr);
			if (count > 0) {
				received += count;
				continue;
			}
			if (count < 0 && errno != EAGAIN)
				return fail_errno(errno, "receiving UDP");
			pollfd wait{receiver_.get(), POLLIN, 0};
			if (::poll(&wait, 1, kPatienceMs) == 0)
				break;
		}
		return static_cast<unsigned>(received);
	}

	UniqueFd sender_, receiver_;
	Batch out_, in_;
};

} // namespace

Result<std::unique_ptr<Pump>> open_udp(const Route &route, unsigned size) {
	auto receiver = socket_in(route.to, SOCK_DGRAM);
	if (!receiver)
		return tl::unexpected(receiver.error());
	auto name = bind_to(receiver->get(), route.address);
	if (!name)
		return tl::unexpected(name.error());
	auto sender = socket_in(route.from, SOCK_DGRAM);
	if (!sender)
		return tl::unexpected(sender.error());
	if (::connect(sender->get(), reinterpret_cast<const sockaddr *>(&*name), sizeof(*name)) < 0)
		return fail_errno(errno, fmt::format("{}: connecting UDP", route.name));
	return std::make_unique<UdpPump>(std::move(*sender), std::move(*receiver), size);
}

} // namespace failover::pump
