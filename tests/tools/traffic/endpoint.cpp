// SPDX-License-Identifier: GPL-2.0-only
#include "endpoint.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>

namespace failover::traffic {

Result<Endpoint> Endpoint::parse(const std::string &address, std::uint16_t port) {
	Endpoint endpoint;
	auto *v4 = reinterpret_cast<sockaddr_in *>(&endpoint.storage_);
	auto *v6 = reinterpret_cast<sockaddr_in6 *>(&endpoint.storage_);
	if (::inet_pton(AF_INET, address.c_str(), &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		endpoint.text_ = fmt::format("{}:{}", address, port);
	} else if (::inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		endpoint.text_ = fmt::format("[{}]:{}", address, port);
	} else {
		return fail(fmt::format("\"{}\" is not a numeric IPv4 or IPv6 address", address));
	}
	return endpoint;
}

socklen_t Endpoint::size() const {
	return family() == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
}

Result<UniqueFd> open_socket(const Endpoint &endpoint, int type) {
	UniqueFd fd(::socket(endpoint.family(), type | SOCK_CLOEXEC, 0));
	if (!fd)
		return fail_errno(errno, "opening a socket");
	return fd;
}

Status bind_socket(int fd, const Endpoint &endpoint) {
	const int on = 1;
	::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (::bind(fd, endpoint.data(), endpoint.size()) < 0)
		return fail_errno(errno, fmt::format("binding to {}", endpoint.text()));
	return {};
}

Status connect_socket(int fd, const Endpoint &endpoint) {
	if (::connect(fd, endpoint.data(), endpoint.size()) < 0)
		return fail_errno(errno, fmt::format("connecting to {}", endpoint.text()));
	return {};
}

void enlarge_buffer(int fd, int force_option, int plain_option, int bytes) {
	if (::setsockopt(fd, SOL_SOCKET, force_option, &bytes, sizeof(bytes)) < 0)
		::setsockopt(fd, SOL_SOCKET, plain_option, &bytes, sizeof(bytes));
}

} // namespace failover::traffic
