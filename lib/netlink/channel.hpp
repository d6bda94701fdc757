// SPDX-License-Identifier: GPL-2.0-only
// A netlink socket on which requests are answered one at a time.
#pragma once

#include "base/result.hpp"
#include "netlink/request.hpp"

#include <functional>
#include <memory>
#include <string>

struct nl_sock;
struct nlmsghdr;

namespace failover::netlink {

struct SocketDeleter {
	void operator()(nl_sock *socket) const;
};
using SocketPtr = std::unique_ptr<nl_sock, SocketDeleter>;

/// Called for every answer; an error ends the conversation and is returned to the asker.
using MessageHandler = std::function<Status(const nlmsghdr *)>;

class Channel {
public:
	/// Opens in the calling thread's network namespace and stays there. `protocol` is NETLINK_*.
	[[nodiscard]] static Result<Channel> open(int protocol);

	/// Sends, hands every answer to `handler`, returns when the kernel acknowledged or refused. The error text
	/// carries what the kernel said (extended ack). `what` names the request: "setting link 3".
	[[nodiscard]] Status transact(Request &request, const std::string &what, const MessageHandler &handler = {});
	/// As transact, for NLM_F_DUMP. A dump that changed underneath (NLM_F_DUMP_INTR) gives EINTR after all
	/// messages were delivered: the caller starts over.
	[[nodiscard]] Status dump(Request &request, const std::string &what, const MessageHandler &handler);

private:
	explicit Channel(SocketPtr socket) : socket_(std::move(socket)) {}
	Status send(Request &request, const std::string &what);
	Status receive(const std::string &what, const MessageHandler &handler);

	SocketPtr socket_;
	std::uint32_t sequence_ = 0;
};

} // namespace failover::netlink
