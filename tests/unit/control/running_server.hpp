// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "control/client.hpp"
#include "control/server.hpp"
#include "fake_service.hpp"
#include "temp_dir.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <sys/eventfd.h>
#include <thread>

namespace failover::control {

/// A whole server at a path, in a thread of its own. After anything happened, the loop tells three events.
class RunningServer {
public:
	explicit RunningServer(bool privileged = true, FakeService service = {})
	    : privileged_(privileged), service_(std::move(service)) {
		std::atomic<bool> ready = false;
		thread_ = std::thread([this, &ready] { run(ready); });
		ready.wait(false);
		REQUIRE(listening_);
	}
	RunningServer(const RunningServer &) = delete;
	RunningServer &operator=(const RunningServer &) = delete;
	~RunningServer() {
		::eventfd_write(stop_.get(), 1);
		thread_.join();
	}
	[[nodiscard]] std::string path() const { return directory_ / "socket"; }
	[[nodiscard]] Client client() const {
		auto connected = Client::connect(path(), std::chrono::seconds(5));
		REQUIRE(connected);
		return std::move(*connected);
	}

private:
	void run(std::atomic<bool> &ready) {
		sd_event *loop = nullptr;
		sd_event_new(&loop);
		sd_event_add_io(
		    loop, nullptr, stop_.get(), 1 /* EPOLLIN */,
		    [](sd_event_source *source, int, std::uint32_t, void *) {
			    return sd_event_exit(sd_event_source_get_event(source), 0);
		    },
		    nullptr);
		ServerOptions options;
		options.identify = [this](int) -> Result<Caller> { return Caller{1000, 1, privileged_}; };
		auto server = Server::create(loop, service_, options).value();
		listening_ = server->listen(path()).has_value();
		server_ = server.get();
		sd_event_add_post(
		    loop, nullptr,
		    [](sd_event_source *, void *self) {
			    auto *running = static_cast<RunningServer *>(self);
			    // Runs after the event that made the subscription: that is when there is something to tell.
			    for (int i = 0; i < 3; ++i)
				    running->server_->broadcast(sample_event());
			    return 0;
		    },
		    this);
		ready = true;
		ready.notify_all();
		sd_event_loop(loop);
		server.reset();
		sd_event_unref(loop);
	}

	test::TempDir directory_;
	bool privileged_;
	bool listening_ = false;
	UniqueFd stop_{::eventfd(0, EFD_CLOEXEC)};
	FakeService service_;
	Server *server_ = nullptr;
	std::thread thread_;
};

} // namespace failover::control
