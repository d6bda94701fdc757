// SPDX-License-Identifier: GPL-2.0-only
#include "control/server.hpp"

#include "control/connection.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <utility>
#include <vector>

namespace failover::control {

namespace {

/// After accept failed for want of descriptors or memory: trying at once would spin.
constexpr std::uint64_t kAcceptPauseUs = 1'000'000;

Result<sockaddr_un> address_of(const std::string &path) {
	sockaddr_un address{};
	address.sun_family = AF_UNIX;
	if (path.empty() || path.size() >= sizeof(address.sun_path))
		return fail(fmt::format("control socket {}: a path of 1 to {} bytes was expected", path,
					sizeof(address.sun_path) - 1));
	std::memcpy(address.sun_path, path.c_str(), path.size());
	return address;
}

Result<UniqueFd> unix_socket() {
	UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	if (!fd)
		return fail_errno(errno, "making a Unix socket");
	return fd;
}

/// Takes the path from a socket nobody listens at any more. Anything else that stands there stays.
Status clear_path(const std::string &path, const sockaddr_un &address) {
	struct stat there {};
	if (::lstat(path.c_str(), &there) < 0)
		return errno == ENOENT ? Status{} : fail_errno(errno, fmt::format("control socket {}", path));
	if (!S_ISSOCK(there.st_mode))
		return fail(
		    fmt::format("control socket {}: something that is not a socket is in the way; remove it", path));
	const auto probe = unix_socket();
	if (!probe)
		return tl::unexpected(probe.error());
	if (::connect(probe->get(), reinterpret_cast<const sockaddr *>(&address), sizeof(address)) == 0 ||
	    errno == EAGAIN)
		return tl::unexpected(
		    Error{EADDRINUSE, fmt::format("control socket {}: another failoverd listens there", path)});
	if (errno != ECONNREFUSED && errno != ENOENT)
		return fail_errno(errno, fmt::format("control socket {}", path));
	if (::unlink(path.c_str()) < 0 && errno != ENOENT)
		return fail_errno(errno, fmt::format("removing the old control socket {}", path));
	return {};
}

} // namespace

struct Server::Impl {
	Impl(sd_event *event_loop, Service &handler, ServerOptions limits)
	    : loop(sd_event_ref(event_loop)), service(handler), options(std::move(limits)) {}
	Impl(const Impl &) = delete;
	Impl &operator=(const Impl &) = delete;
	~Impl() {
		connections.clear();
		if (!bound_path.empty())
			::unlink(bound_path.c_str());
		accept_source.reset();
		pause.reset();
		sd_event_unref(loop);
	}

	Status listen(UniqueFd fd);
	Status adopt(UniqueFd connected);
	static int on_accept(sd_event_source *, int fd, std::uint32_t, void *self);
	static int on_pause_over(sd_event_source *, std::uint64_t, void *self);
	[[nodiscard]] bool has_room(const Caller &caller) const;

	sd_event *loop;
	Service &service;
	ServerOptions options;
	std::string bound_path;
	UniqueFd listening;
	EventSource accept_source;
	EventSource pause;
	std::vector<std::shared_ptr<Connection>> connections;
};

Status Server::Impl::listen(UniqueFd fd) {
	if (::listen(fd.get(), SOMAXCONN) < 0)
		return fail_errno(errno, "listening for control connections");
	sd_event_source *accept = nullptr;
	int error = sd_event_add_io(loop, &accept, fd.get(), EPOLLIN, on_accept, this);
	accept_source.reset(accept);
	sd_event_source *timer = nullptr;
	if (error >= 0)
		error =
		    sd_event_add_time_relative(loop, &timer, CLOCK_MONOTONIC, kAcceptPauseUs, 0, on_pause_over, this);
	pause.reset(timer);
	if (error >= 0)
		error = sd_event_source_set_enabled(timer, SD_EVENT_OFF);
	if (error < 0)
		return fail_errno(-error, "watching the control socket");
	listening = std::move(fd);
	return {};
}

int Server::Impl::on_accept(sd_event_source *, int fd, std::uint32_t, void *self) {
	auto &server = *static_cast<Impl *>(self);
	UniqueFd connected(::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
	if (connected) {
		// One client that cannot be served is no reason to stop serving the others.
		if (auto status = server.adopt(std::move(connected)); !status)
			server.service.client_dropped({}, status.error().message);
		return 0;
	}
	if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
		sd_event_source_set_enabled(server.accept_source.get(), SD_EVENT_OFF);
		sd_event_source_set_time_relative(server.pause.get(), kAcceptPauseUs);
		sd_event_source_set_enabled(server.pause.get(), SD_EVENT_ONESHOT);
	}
	return 0;
}

int Server::Impl::on_pause_over(sd_event_source *, std::uint64_t, void *self) {
	sd_event_source_set_enabled(static_cast<Impl *>(self)->accept_source.get(), SD_EVENT_ON);
	return 0;
}

bool Server::Impl::has_room(const Caller &caller) const {
	if (caller.privileged)
		return connections.size() < options.max_connections;
	const auto same_uid =
	    std::ranges::count_if(connections, [&](const auto &other) { return other->caller().uid == caller.uid; });
	return connections.size() + options.reserved_for_privileged < options.max_connections &&
	       static_cast<std::size_t>(same_uid) < options.max_connections_per_uid;
}

Status Server::Impl::adopt(UniqueFd connected) {
	const auto caller = options.identify(connected.get());
	if (!caller)
		return tl::unexpected(caller.error());
	const bool room = has_room(*caller);
	auto connection = std::make_shared<Connection>(
	    std::move(connected), *caller, service, options, [this](const Connection &closed) {
		    std::erase_if(connections, [&](const auto &other) { return other.get() == &closed; });
	    });
	if (auto status = connection->start(loop); !status)
		return status;
	if (!room) {
		// Never in the list: the last word goes into the empty socket buffer and the connection ends here.
		connection->farewell(refused("too many connections to failoverd; close some").value(),
				     "too many connections");
		return {};
	}
	connections.push_back(std::move(connection));
	return {};
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::create(sd_event *loop, Service &service, ServerOptions options) {
	if (loop == nullptr)
		return fail("control server: no event loop was given");
	return std::unique_ptr<Server>(new Server(std::make_unique<Impl>(loop, service, std::move(options))));
}

Status Server::listen(const std::string &path) {
	const auto address = address_of(path);
	if (!address)
		return tl::unexpected(address.error());
	auto fd = unix_socket();
	if (!fd)
		return tl::unexpected(std::move(fd.error()));
	if (auto cleared = clear_path(path, *address); !cleared)
		return cleared;
	if (::bind(fd->get(), reinterpret_cast<const sockaddr *>(&*address), sizeof(*address)) < 0)
		return fail_errno(errno, fmt::format("control socket {}", path));
	impl_->bound_path = path;
	// Nobody can connect before listen(), so the umask is never seen.
	if (::chmod(path.c_str(), 0666) < 0)
		return fail_errno(errno, fmt::format("opening the control socket {} to everyone", path));
	return impl_->listen(std::move(*fd));
}

Status Server::listen(UniqueFd listening) {
	return impl_->listen(std::move(listening));
}

Status Server::adopt(UniqueFd connected) {
	return impl_->adopt(std::move(connected));
}

void Server::broadcast(const EventRecord &event) {
	// One encoding for all; a connection may close (and leave the list) while it is served.
	std::shared_ptr<const std::string> encoded;
	const auto snapshot = impl_->connections;
	for (const auto &connection : snapshot) {
		if (!connection->subscribed_to(event.master))
			continue;
		if (!encoded)
			encoded = std::make_shared<const std::string>(encode(to_message(event_answer(event))));
		connection->push_event(encoded);
	}
}

std::size_t Server::connections() const {
	return impl_->connections.size();
}

std::size_t Server::subscribers() const {
	return static_cast<std::size_t>(
	    std::ranges::count_if(impl_->connections, [](const auto &connection) { return connection->subscribed(); }));
}

} // namespace failover::control
