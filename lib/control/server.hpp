// SPDX-License-Identifier: GPL-2.0-only
// Varlink on a Unix stream socket inside an sd-event loop.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"
#include "control/peer.hpp"
#include "control/service.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <systemd/sd-event.h>

namespace failover::control {

struct ServerOptions {
	std::size_t max_connections = 128;
	/// Kept free for privileged callers, so that nobody can lock the operator out.
	std::size_t reserved_for_privileged = 16;
	/// Of one unprivileged uid.
	std::size_t max_connections_per_uid = 32;
	/// Largest call taken, bytes. Calls are short; replies are not bounded by this.
	std::size_t max_call_size = std::size_t{64} << 10;
	/// Events waiting for one slow reader, bytes, on top of what the kernel's socket buffer holds.
	std::size_t max_backlog = std::size_t{256} << 10;
	/// How long a client that is being let go has to read the last word, microseconds.
	std::uint64_t farewell_us = 2'000'000;
	std::function<Result<Caller>(int socket)> identify = identify_peer;
};

class Server {
public:
	/// The loop and the service must outlive the server.
	[[nodiscard]] static Result<std::unique_ptr<Server>> create(sd_event *loop, Service &service,
								    ServerOptions options = {});
	Server(const Server &) = delete;
	Server &operator=(const Server &) = delete;
	~Server();

	/// Listens at `path`, mode 0666; a socket left behind by a dead daemon is replaced, a live one is not.
	[[nodiscard]] Status listen(const std::string &path);
	/// Listens on a socket that somebody else bound (socket activation).
	[[nodiscard]] Status listen(UniqueFd listening);
	/// Serves one connected socket.
	[[nodiscard]] Status adopt(UniqueFd connected);

	/// Sends an event to everyone who follows Events for its master. Never blocks.
	void broadcast(const EventRecord &event);

	[[nodiscard]] std::size_t connections() const;
	[[nodiscard]] std::size_t subscribers() const;

private:
	struct Impl;
	explicit Server(std::unique_ptr<Impl> impl);
	std::unique_ptr<Impl> impl_;
};

} // namespace failover::control
