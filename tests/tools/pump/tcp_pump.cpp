// SPDX-License-Identifier: GPL-2.0-only
#include "pump.hpp"

#include <cerrno>
#include <netinet/tcp.h>
#include <poll.h>
#include <string_view>
#include <sys/socket.h>
#include <vector>

namespace failover::pump {

namespace {

constexpr std::size_t kChunk = 64 << 10;
constexpr int kBuffer = 512 << 10; ///< of each socket; fixed, because autotuning would differ from route to route
constexpr int kPatienceMs = 5000;

/// Calls send() or recv() until the socket has no more to give or take; the bytes moved.
template <typename Call> Result<std::uint64_t> repeat(Call call) {
	std::uint64_t bytes = 0;
	for (;;) {
		const ssize_t moved = call();
		if (moved < 0 && errno == EAGAIN)
			return bytes;
		if (moved <= 0)
			return fail_errno(moved ? errno : ECONNRESET, "TCP");
		bytes += static_cast<std::uint64_t>(moved);
	}
}

class TcpPump : public Pump {
public:
	TcpPump(UniqueFd sender, UniqueFd receiver)
	    : sender_(std::move(sender)), receiver_(std::move(receiver)), bytes_(kChunk) {}

	/// As a bulk transfer does it: the sender fills the window, the receiver empties it. (In turns of one piece
	/// each, every piece ends in a segment of its own of what does not make a whole one: twice the packets for the
	/// bytes.)
	Result<Slice> run(std::chrono::milliseconds time) override {
		Slice slice;
		const auto begin = Clock::now();
		do {
			auto sent = repeat([&] { return ::send(sender_.get(), bytes_.data(), kChunk, MSG_NOSIGNAL); });
			if (!sent)
				return tl::unexpected(std::move(sent.error()).within("sending TCP"));
			auto received = repeat([&] { return ::recv(receiver_.get(), bytes_.data(), kChunk, 0); });
			if (!received)
				return tl::unexpected(std::move(received.error()).within("receiving TCP"));
			if (*sent == 0 && *received == 0) {
				pollfd wait[] = {{sender_.get(), POLLOUT, 0}, {receiver_.get(), POLLIN, 0}};
				if (::poll(wait, 2, kPatienceMs) == 0)
					return fail("the TCP stream stands still");
			}
			slice.sent += *sent;
			slice.received += *received;
			slice.elapsed = Clock::now() - begin;
		} while (slice.elapsed < time);
		return slice;
	}

private:
	UniqueFd sender_, receiver_;
	std::vector<char> bytes_;
};

/// CUBIC where the kernel has it: Linux guests' own. One that paces (BBR) would cut what is sent in ever smaller pieces
/// and measure its clock.
void fix_settings(int fd) {
	(void)::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kBuffer, sizeof(kBuffer));
	(void)::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kBuffer, sizeof(kBuffer));
	for (const std::string_view control : {"cubic", "reno"})
		if (::setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, control.data(),
				 static_cast<socklen_t>(control.size())) == 0)
			return;
}

} // namespace

Result<std::unique_ptr<Pump>> open_tcp(const Route &route) {
	auto listener = socket_in(route.to, SOCK_STREAM);
	if (!listener)
		return tl::unexpected(listener.error());
	fix_settings(listener->get()); // what it accepts inherits them
	auto name = bind_to(listener->get(), route.address);
	if (!name)
		return tl::unexpected(name.error());
	if (::listen(listener->get(), 1) < 0)
		return fail_errno(errno, fmt::format("{}: listening", route.name));
	auto sender = socket_in(route.from, SOCK_STREAM);
	if (!sender)
		return tl::unexpected(sender.error());
	fix_settings(sender->get());
	if (::connect(sender->get(), reinterpret_cast<const sockaddr *>(&*name), sizeof(*name)) < 0 &&
	    errno != EINPROGRESS)
		return fail_errno(errno, fmt::format("{}: connecting TCP", route.name));
	pollfd wait{listener->get(), POLLIN, 0};
	if (::poll(&wait, 1, kPatienceMs) != 1)
		return fail(fmt::format("{}: no TCP connection within {} ms", route.name, kPatienceMs));
	UniqueFd receiver(::accept4(listener->get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
	if (!receiver)
		return fail_errno(errno, fmt::format("{}: accepting TCP", route.name));
	return std::make_unique<TcpPump>(std::move(*sender), std::move(receiver));
}

} // namespace failover::pump
