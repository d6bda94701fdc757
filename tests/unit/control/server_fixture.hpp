// SPDX-License-Identifier: GPL-2.0-only
// A server and raw clients in one thread: the test turns the loop itself, so everything happens in a fixed order.
#pragma once

#include "control/codec.hpp"
#include "control/server.hpp"
#include "fake_service.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <sys/socket.h>

namespace failover::control {

class ServerFixture {
public:
	explicit ServerFixture(ServerOptions options = {}) {
		options.identify = [this](int) -> Result<Caller> { return caller; };
		REQUIRE(sd_event_new(&loop) >= 0);
		auto created = Server::create(loop, service, options);
		REQUIRE(created);
		server = std::move(*created);
	}
	ServerFixture(const ServerFixture &) = delete;
	ServerFixture &operator=(const ServerFixture &) = delete;
	~ServerFixture() {
		server.reset();
		sd_event_unref(loop);
	}

	/// A connected client's end; its caller is what `caller` says now.
	[[nodiscard]] UniqueFd connect(int send_buffer = 0) {
		int pair[2];
		REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == 0);
		UniqueFd ours(pair[0]);
		if (send_buffer > 0)
			REQUIRE(::setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof(send_buffer)) == 0);
		REQUIRE(server->adopt(UniqueFd(pair[1])));
		return ours;
	}

	/// Turns the loop until the condition holds; false after five seconds.
	[[nodiscard]] bool run_until(const std::function<bool()> &condition) const {
		const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
		while (!condition()) {
			if (std::chrono::steady_clock::now() > deadline)
				return false;
			REQUIRE(sd_event_run(loop, 20'000) >= 0);
		}
		return true;
	}

	/// Turns the loop as long as it has something to do at once.
	void settle() const {
		while (sd_event_run(loop, 0) > 0) {
		}
	}

	sd_event *loop = nullptr;
	Caller caller{1000, 4711, true};
	FakeService service;
	std::unique_ptr<Server> server;
};

/// One end of a connection as bytes and messages.
class Wire {
public:
	Wire(ServerFixture &fixture, UniqueFd fd) : fixture_(fixture), fd_(std::move(fd)) {}
	explicit Wire(ServerFixture &fixture) : Wire(fixture, fixture.connect()) {}

	void send_bytes(std::string_view bytes) {
		while (!bytes.empty()) {
			const ssize_t put = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
			if (put > 0)
				bytes.remove_prefix(static_cast<std::size_t>(put));
			else
				REQUIRE(errno == EAGAIN);
			fixture_.settle();
		}
	}
	void send(const Json &message) { send_bytes(encode(message)); }

	/// The next message, an empty object when none comes or the connection ends.
	[[nodiscard]] Json receive() {
		std::optional<Json> message;
		(void)fixture_.run_until([&] {
			read_what_is_there();
			auto next = decoder_.next();
			REQUIRE(next);
			message = std::move(*next);
			return message || ended_;
		});
		return message.value_or(Json::object());
	}
	[[nodiscard]] Json ask_message(const Json &message) {
		send(message);
		return receive();
	}
	[[nodiscard]] Json ask(const std::string &method, const Json &parameters = Json::object()) {
		return ask_message(Json{{"method", method}, {"parameters", parameters}});
	}
	/// Whether the server ended the connection.
	[[nodiscard]] bool ended() {
		return fixture_.run_until([&] {
			read_what_is_there();
			return ended_;
		});
	}
	[[nodiscard]] int fd() const { return fd_.get(); }
	void close() { fd_.reset(); }

private:
	void read_what_is_there() {
		char chunk[4096];
		for (;;) {
			const ssize_t got = ::recv(fd_.get(), chunk, sizeof(chunk), MSG_DONTWAIT);
			if (got == 0 || (got < 0 && errno != EAGAIN))
				ended_ = true;
			if (got <= 0)
				return;
			decoder_.feed({chunk, static_cast<std::size_t>(got)});
		}
	}

	ServerFixture &fixture_;
	UniqueFd fd_;
	Decoder decoder_;
	bool ended_ = false;
};

} // namespace failover::control
