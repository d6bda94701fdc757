// SPDX-License-Identifier: GPL-2.0-only
#include "route.hpp"

#include "base/netns.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <sys/socket.h>

namespace failover::pump {

namespace {

/// Up to the next comma, which is eaten.
std::string next_field(std::string_view &rest) {
	const auto comma = rest.find(',');
	std::string field(rest.substr(0, comma));
	rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
	return field;
}

} // namespace

Result<Route> parse_route(const std::string &text) {
	std::string_view rest = text;
	Route route;
	for (auto *field : {&route.name, &route.from, &route.to}) {
		*field = next_field(rest);
		if (field->empty())
			return fail(fmt::format("\"{}\": expected NAME,FROM_NETNS,TO_NETNS,ADDRESS", text));
	}
	if (const std::string address(rest); ::inet_pton(AF_INET, address.c_str(), &route.address) != 1)
		return fail(fmt::format("\"{}\": \"{}\" is no IPv4 address", text, address));
	return route;
}

Result<UniqueFd> socket_in(const std::string &netns, int type) {
	auto there = open_netns(netns);
	if (!there)
		return tl::unexpected(there.error());
	auto scope = NetnsScope::enter(there->get());
	if (!scope)
		return tl::unexpected(scope.error());
	UniqueFd fd(::socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
	if (!fd)
		return fail_errno(errno, fmt::format("a socket in {}", netns));
	return fd;
}

Result<sockaddr_in> bind_to(int fd, in_addr address) {
	sockaddr_in name{};
	name.sin_family = AF_INET;
	name.sin_addr = address;
	socklen_t size = sizeof(name);
	if (::bind(fd, reinterpret_cast<sockaddr *>(&name), size) < 0 ||
	    ::getsockname(fd, reinterpret_cast<sockaddr *>(&name), &size) < 0) {
		const int error = errno;
		std::array<char, INET_ADDRSTRLEN> text{};
		::inet_ntop(AF_INET, &address, text.data(), text.size());
		return fail_errno(error, fmt::format("binding to {}", text.data()));
	}
	return name;
}

} // namespace failover::pump
