// SPDX-License-Identifier: GPL-2.0-only
#include "daemon_return.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

namespace failover::ctl {

namespace {

using namespace std::chrono_literals;

// The socket's appearance wakes us; between that and listen(), and where the directory itself went, time does.
constexpr std::chrono::milliseconds kFirstPause = 20ms, kLongestPause = 2s;

bool absent(const Error &error) {
	// ECONNRESET, ETIMEDOUT: one that was about to leave, or is not done with starting.
	constexpr std::array kCodes{ENOENT, ECONNREFUSED, EAGAIN, ECONNRESET, ETIMEDOUT};
	return std::ranges::find(kCodes, error.code) != kCodes.end();
}

} // namespace

DaemonReturn::DaemonReturn(std::string socket)
    : socket_(std::move(socket)), changes_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
	const auto directory = std::filesystem::path(socket_).parent_path();
	if (::inotify_add_watch(changes_.get(), directory.empty() ? "." : directory.c_str(), IN_CREATE | IN_MOVED_TO) <
	    0)
		changes_.reset();
}

Result<control::Client> DaemonReturn::wait() {
	for (auto pause = kFirstPause;; pause = std::min(2 * pause, kLongestPause)) {
		if (wait_for_change(pause))
			pause = kFirstPause;
		auto client = control::Client::connect(socket_);
		if (client) {
			const auto version = client->version();
			if (version)
				return client;
			// An answer of any kind is a daemon's.
			if (!version.error().name.empty())
				return client;
			client = tl::unexpected(version.error().transport);
		}
		if (!absent(client.error()))
			return client;
	}
}

bool DaemonReturn::wait_for_change(std::chrono::milliseconds longest) {
	const auto until = std::chrono::steady_clock::now() + longest;
	for (;;) {
		const auto left =
		    std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
		if (left <= 0ms)
			return false;
		pollfd changed{changes_.get(), POLLIN, 0}; // a closed one, -1, is only a pause
		if (::poll(&changed, 1, static_cast<int>(left.count())) > 0 && socket_changed())
			return true;
	}
}

bool DaemonReturn::socket_changed() {
	const std::string name = std::filesystem::path(socket_).filename();
	bool found = false;
	alignas(inotify_event) std::array<char, 4096> buffer;
	for (ssize_t size; (size = ::read(changes_.get(), buffer.data(), buffer.size())) > 0;) {
		for (const char *next = buffer.data(); next < buffer.data() + size;) {
			inotify_event event;
			std::memcpy(&event, next, sizeof(event));
			found |= event.len > 0 && name == next + sizeof(event);
			if (event.mask & IN_IGNORED) { // the directory is gone, and with it what we watch
				changes_.reset();
				return true;
			}
			next += sizeof(event) + event.len;
		}
	}
	return found;
}

} // namespace failover::ctl
