// SPDX-License-Identifier: GPL-2.0-only
#include "pump.hpp"

#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <vector>

namespace failover::pump {

namespace {

constexpr std::size_t kChunk = 64 << 10;
constexpr int kBuffer = 512 << 10; ///< of each socket; fixed, because autotuning would differ from route to route
constexpr int kPatienceMs = 5000;

class TcpPump : public Pump {
public:
	TcpPump(UniqueFd sender, UniqueFd receiver)
	    : sender_(std::move(sender)), receiver_(std::move(receiver)), bytes_(kChunk) {}

	Result<Slice> run(std::chrono::milliseconds time) override {
		Slice slice;
		const auto begin = Clock::now();
		do {
			const ssize_t sent = ::send(sender_.get(), bytes_.data(), kChunk, MSG_NOSIGNAL);
			if (sent < 0 && errno != EAGAIN)
				return fail_errno(errno, "sending TCP");
			const ssize_t received = ::recv(receiver_.get(), bytes_.data(), kChunk, 0);
			if (received == 0 || (received < 0 && errno != EAGAIN))
				return fail_errno(received ? errno : ECONNRESET, "receiving TCP");
			if (sent < 0 && received < 0) {
				pollfd wait[] = {{sender_.get(), POLLOUT, 0}, {receiver_.get(), POLLIN, 0}};
				if (::poll(wait, 2, kPatienceMs) == 0)
					return fail("the TCP stream stands still");
			}
			slice.sent += static_cast<std::uint64_t>(sent > 0 ? sent : 0);
			slice.received += static_cast<std::uint64_t>(received > 0 ? received : 0);
			slice.elapsed = Clock::now() - begin;
		} while (slice.elapsed < time);
		return slice;
	}

private:
	UniqueFd sender_, receiver_;
	std::vector<char> bytes_;
};

void fix_buffers(int fd) {
	(void)::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kBuffer, sizeof(kBuffer));
	(void)::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kBuffer, sizeof(kBuffer));
}

} // namespace

Result<std::unique_ptr<Pump>> open_tcp(const Route &route) {
	auto listener = socket_in(route.to, SOCK_STREAM);
	if (!listener)
		return tl::unexpected(listener.error());
	fix_buffers(listener->get()); // what it accepts inherits them
	auto name = bind_to(listener->get(), route.address);
	if (!name)
		return tl::unexpected(name.error());
	if (::listen(listener->get(), 1) < 0)
		return fail_errno(errno, fmt::format("{}: listening", route.name));
	auto sender = socket_in(route.from, SOCK_STREAM);
	if (!sender)
		return tl::unexpected(sender.error());
	fix_buffers(sender->get());
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
