// SPDX-License-Identifier: GPL-2.0-only
// Fresh network namespaces for one test. They vanish with the test, also when it fails.
#pragma once

#include "base/netns.hpp"
#include "netlink/request.hpp"
#include "netlink/route_socket.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <linux/netlink.h>
#include <sched.h>
#include <string>
#include <thread>

namespace failover::test {

/// The value, or the test ends with the error's text.
template <typename T> T must(Result<T> result) {
	INFO((result ? std::string() : result.error().message));
	REQUIRE(result.has_value());
	return std::move(*result);
}

inline void must(const Status &status) {
	INFO((status ? std::string() : status.error().message));
	REQUIRE(status.has_value());
}

/// Puts the thread into a namespace nobody else has; back at the end. `hidden` is a second one.
class Lab {
public:
	Lab() : home_(must(current_netns())) {
		hidden_ = fresh();
		visible_ = fresh();
	}
	Lab(const Lab &) = delete;
	~Lab() {
		if (::setns(home_.get(), CLONE_NEWNET) < 0)
			std::abort();
	}
	[[nodiscard]] int hidden() const { return hidden_.get(); }
	[[nodiscard]] int visible() const { return visible_.get(); }

private:
	static UniqueFd fresh() {
		INFO("a network namespace of one's own needs root: " << std::strerror(errno));
		REQUIRE(::unshare(CLONE_NEWNET) == 0);
		return must(current_netns());
	}
	UniqueFd home_, hidden_, visible_;
};

/// A shell command in the thread's namespace; iproute2 is the independent opinion on what we did.
inline void run(const std::string &command) {
	INFO("$ " << command);
	REQUIRE(std::system(("set -e; " + command).c_str()) == 0);
}

inline bool succeeds(const std::string &command) {
	return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
}

/// Waits for a condition; the deadline is only there to end a broken run.
template <typename Condition> bool comes_true(Condition &&condition) {
	const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
	while (!condition()) {
		if (std::chrono::steady_clock::now() > deadline)
			return false;
		std::this_thread::sleep_for(std::chrono::milliseconds(5));
	}
	return true;
}

inline netlink::Link link_named(netlink::RouteSocket &socket, const std::string &name) {
	auto link = must(socket.link(name));
	INFO("link " << name);
	REQUIRE(link.has_value());
	return *link;
}

/// The bytes of a message as a parser gets them, free to be damaged.
inline std::vector<std::uint8_t> bytes_of(netlink::Request &request) {
	const auto *start = reinterpret_cast<const std::uint8_t *>(request.message());
	return {start, start + request.message()->nlmsg_len};
}

/// Claims a length in the header that may differ from the truth of the sender, never exceeds the bytes.
inline const nlmsghdr *as_message(std::vector<std::uint8_t> &bytes) {
	auto *message = reinterpret_cast<nlmsghdr *>(bytes.data());
	message->nlmsg_len = static_cast<std::uint32_t>(bytes.size());
	return message;
}

} // namespace failover::test
