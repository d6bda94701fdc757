// SPDX-License-Identifier: GPL-2.0-only
#include "control/client.hpp"

#include "control/interface.hpp"
#include "control/types_json.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <utility>

namespace failover::control {

namespace {

std::string qualified(const char *method) {
	return fmt::format("{}.{}", kInterface, method);
}

template <typename T> Reply<T> read_reply(const Json &value, const std::string &path) {
	auto parsed = from_json<T>(value, path);
	if (parsed)
		return std::move(*parsed);
	return transport_failed(
	    {EBADMSG, fmt::format("failoverd's reply lacks a valid '{}'; is it of another version than this program? "
				  "Restart it after an upgrade",
				  parsed.error().path)});
}

/// One field of a reply.
template <typename T> Reply<T> read_field(const Reply<Json> &reply, const char *field) {
	if (!reply)
		return tl::unexpected(reply.error());
	const auto found = reply->find(field);
	return read_reply<T>(found == reply->end() ? Json() : *found, field);
}

} // namespace

Result<Client> Client::connect(const std::string &path, std::chrono::milliseconds timeout) {
	sockaddr_un address{};
	address.sun_family = AF_UNIX;
	if (path.empty() || path.size() >= sizeof(address.sun_path))
		return fail(
		    fmt::format("socket path '{}': 1 to {} bytes were expected", path, sizeof(address.sun_path) - 1));
	std::memcpy(address.sun_path, path.c_str(), path.size());
	UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	if (!socket)
		return fail_errno(errno, "making a Unix socket");
	// Non-blocking connect on a Unix socket is done or refused at once; EAGAIN: the listener's queue is full.
	if (::connect(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof(address)) < 0)
		return fail_errno(errno, fmt::format("connecting to failoverd at {}", path));
	return Client(std::move(socket), timeout);
}

Client Client::over(UniqueFd socket, std::chrono::milliseconds timeout) {
	const int flags = ::fcntl(socket.get(), F_GETFL);
	if (flags >= 0)
		::fcntl(socket.get(), F_SETFL, flags | O_NONBLOCK);
	return {std::move(socket), timeout};
}

Status Client::wait_for(short events, const Deadline &deadline) const {
	for (;;) {
		int timeout = -1;
		if (deadline) {
			const auto left =
			    std::chrono::ceil<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now());
			timeout = static_cast<int>(std::max<std::int64_t>(left.count(), 0));
		}
		pollfd ready{socket_.get(), events, 0};
		const int count = ::poll(&ready, 1, timeout);
		if (count > 0)
			return {};
		if (count == 0)
			return tl::unexpected(
			    Error{ETIMEDOUT, fmt::format("failoverd did not answer within {} ms", timeout_.count())});
		if (errno != EINTR)
			return fail_errno(errno, "waiting for failoverd");
	}
}

Status Client::send(const Call &call) {
	const std::string bytes = encode(to_message(call));
	const Deadline until = deadline();
	for (std::size_t sent = 0; sent < bytes.size();) {
		const ssize_t put =
		    ::send(socket_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (put >= 0) {
			sent += static_cast<std::size_t>(put);
		} else if (errno == EPIPE || errno == ECONNRESET) {
			// A server that turns us away says why before it closes: the reply tells.
			return {};
		} else if (errno == EAGAIN) {
			if (auto ready = wait_for(POLLOUT, until); !ready)
				return ready;
		} else if (errno != EINTR) {
			return fail_errno(errno, "calling failoverd");
		}
	}
	return {};
}

Result<Answer> Client::receive(const Deadline &until) {
	std::array<char, 65536> chunk;
	for (;;) {
		auto message = decoder_.next();
		if (!message)
			return tl::unexpected(std::move(message.error()).within("failoverd's reply"));
		if (*message)
			return to_answer(**message);
		const ssize_t got = ::recv(socket_.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
		if (got > 0) {
			decoder_.feed({chunk.data(), static_cast<std::size_t>(got)});
		} else if (got == 0 || errno == ECONNRESET) {
			return tl::unexpected(Error{ECONNRESET, "failoverd closed the connection without an answer; "
								"did it stop? See 'systemctl status failoverd'"});
		} else if (errno == EAGAIN) {
			if (auto ready = wait_for(POLLIN, until); !ready)
				return tl::unexpected(std::move(ready.error()));
		} else if (errno != EINTR) {
			return fail_errno(errno, "reading failoverd's reply");
		}
	}
}

Reply<Json> Client::call(const std::string &method, Json parameters) {
	Call call;
	call.method = method;
	call.parameters = std::move(parameters);
	if (auto sent = send(call); !sent)
		return transport_failed(std::move(sent.error()));
	auto answer = receive(deadline());
	if (!answer)
		return transport_failed(std::move(answer.error()));
	if (!answer->error.empty())
		return tl::unexpected(CallError{answer->error, std::move(answer->parameters), {}});
	return std::move(answer->parameters);
}

Reply<void> Client::call_more(const std::string &method, Json parameters,
			      const std::function<bool(const Json &)> &on_reply) {
	Call call;
	call.method = method;
	call.parameters = std::move(parameters);
	call.more = true;
	if (auto sent = send(call); !sent)
		return transport_failed(std::move(sent.error()));
	for (;;) {
		auto answer = receive(std::nullopt);
		if (!answer)
			return transport_failed(std::move(answer.error()));
		if (!answer->error.empty())
			return tl::unexpected(CallError{answer->error, std::move(answer->parameters), {}});
		if (!on_reply(answer->parameters) || !answer->continues)
			return {};
	}
}

Reply<std::vector<MasterState>> Client::list() {
	return read_field<std::vector<MasterState>>(call(qualified("List")), "masters");
}

Reply<MasterState> Client::show(const std::string &master) {
	return read_field<MasterState>(call(qualified("Show"), to_json(MasterQuery{master})), "master");
}

Reply<SwitchRecord> Client::switch_active(const SwitchRequest &request) {
	return read_field<SwitchRecord>(call(qualified("Switch"), to_json(request)), "switch");
}

Reply<MasterState> Client::attach(const AttachRequest &request) {
	return read_field<MasterState>(call(qualified("Attach"), to_json(request)), "master");
}

Reply<void> Client::detach(const std::string &master) {
	auto reply = call(qualified("Detach"), to_json(MasterQuery{master}));
	if (!reply)
		return tl::unexpected(std::move(reply.error()));
	return {};
}

Reply<std::vector<EventRecord>> Client::history(const EventQuery &query) {
	return read_field<std::vector<EventRecord>>(call(qualified("History"), to_json(query)), "events");
}

Reply<void> Client::follow(const EventQuery &query, const std::function<bool(const EventRecord &)> &on_event) {
	Reply<void> wrong;
	auto ended = call_more(qualified("Events"), to_json(query), [&](const Json &parameters) {
		auto event = read_field<EventRecord>(parameters, "event");
		if (!event) {
			wrong = tl::unexpected(std::move(event.error()));
			return false;
		}
		return on_event(*event);
	});
	return ended ? wrong : ended;
}

Reply<ProbeReport> Client::probe() {
	const auto reply = call(qualified("Probe"));
	return reply ? read_reply<ProbeReport>(*reply, {}) : tl::unexpected(reply.error());
}

Reply<VersionInfo> Client::version() {
	const auto reply = call(qualified("Version"));
	return reply ? read_reply<VersionInfo>(*reply, {}) : tl::unexpected(reply.error());
}

Reply<std::int64_t> Client::reload() {
	return read_field<std::int64_t>(call(qualified("Reload")), "masters");
}

} // namespace failover::control
