// SPDX-License-Identifier: GPL-2.0-only
#include "netlink/channel.hpp"

#include "netlink/ack.hpp"

#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include <cerrno>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>

namespace failover::netlink {

namespace {

/// The kernel answers while we send, except when it waits for another holder of RTNL (a driver resetting its NIC).
constexpr timeval kAnswerTimeout{.tv_sec = 10, .tv_usec = 0};

/// One datagram of the kernel, whole. Empty when it came from somebody else.
Result<Bytes> receive_datagram(int fd, const std::string &what) {
	sockaddr_nl sender{};
	iovec part{};
	msghdr header{};
	header.msg_name = &sender;
	header.msg_namelen = sizeof(sender);
	header.msg_iov = &part;
	header.msg_iovlen = 1;
	ssize_t size = 0;
	do
		size = ::recvmsg(fd, &header, MSG_PEEK | MSG_TRUNC);
	while (size < 0 && errno == EINTR);
	if (size < 0 && errno == EAGAIN)
		return fail_errno(ETIMEDOUT, fmt::format("{}: no answer from the kernel", what));
	if (size < 0)
		return fail_errno(errno, fmt::format("{}: reading the kernel's answer", what));

	Bytes bytes(static_cast<std::size_t>(size));
	part = {.iov_base = bytes.data(), .iov_len = bytes.size()};
	header.msg_namelen = sizeof(sender);
	if (::recvmsg(fd, &header, 0) < 0)
		return fail_errno(errno, fmt::format("{}: reading the kernel's answer", what));
	if (sender.nl_pid != 0)
		bytes.clear();
	return bytes;
}

} // namespace

void SocketDeleter::operator()(nl_sock *socket) const {
	::nl_socket_free(socket);
}

Result<Channel> Channel::open(int protocol) {
	SocketPtr socket(::nl_socket_alloc());
	if (!socket)
		return fail_errno(ENOMEM, "allocating a netlink socket");
	if (const int error = ::nl_connect(socket.get(), protocol); error < 0)
		return fail(fmt::format("opening a netlink socket of protocol {}: {}", protocol, ::nl_geterror(error)));

	const int fd = ::nl_socket_get_fd(socket.get());
	const int on = 1;
	// Without them errors are mere numbers, but everything works.
	(void)::setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	(void)::setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	if (::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &kAnswerTimeout, sizeof(kAnswerTimeout)) < 0)
		return fail_errno(errno, "bounding the wait for netlink answers");
	return Channel(std::move(socket));
}

Status Channel::transact(Request &request, const std::string &what, const MessageHandler &handler) {
	request.message()->nlmsg_flags |= NLM_F_ACK;
	if (auto ok = send(request, what); !ok)
		return ok;
	return receive(what, handler);
}

Status Channel::dump(Request &request, const std::string &what, const MessageHandler &handler) {
	request.message()->nlmsg_flags |= NLM_F_DUMP;
	if (auto ok = send(request, what); !ok)
		return ok;
	return receive(what, handler);
}

Status Channel::send(Request &request, const std::string &what) {
	nlmsghdr *message = request.message();
	message->nlmsg_seq = ++sequence_;
	if (::send(::nl_socket_get_fd(socket_.get()), message, message->nlmsg_len, 0) < 0)
		return fail_errno(errno, fmt::format("{}: sending the request", what));
	return {};
}

Status Channel::receive(const std::string &what, const MessageHandler &handler) {
	Status outcome; // the first failure; reading goes on to the end, so that the next request finds a clean socket
	bool interrupted = false;
	for (;;) {
		auto bytes = receive_datagram(::nl_socket_get_fd(socket_.get()), what);
		if (!bytes)
			return tl::unexpected(std::move(bytes.error()));
		auto left = static_cast<int>(bytes->size());
		for (auto *message = reinterpret_cast<nlmsghdr *>(bytes->data()); ::nlmsg_ok(message, left);
		     message = ::nlmsg_next(message, &left)) {
			if (message->nlmsg_seq != sequence_ || message->nlmsg_type == NLMSG_NOOP)
				continue; // the late end of a request that was given up
			interrupted |= (message->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
			if (message->nlmsg_type == NLMSG_ERROR || message->nlmsg_type == NLMSG_DONE) {
				auto verdict = parse_ack(message, what);
				if (!verdict || !outcome)
					return verdict ? outcome : verdict;
				if (interrupted)
					return fail_errno(EINTR, fmt::format("{}: changed while being read", what));
				return {};
			}
			if (handler && outcome)
				outcome = handler(message);
		}
	}
}

} // namespace failover::netlink
