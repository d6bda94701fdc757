// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <sys/socket.h>

namespace failover::traffic {

/// An IPv4 or IPv6 address (numeric) with a port.
class Endpoint {
public:
	[[nodiscard]] static Result<Endpoint> parse(const std::string &address, std::uint16_t port);

	[[nodiscard]] int family() const { return storage_.ss_family; }
	[[nodiscard]] const sockaddr *data() const { return reinterpret_cast<const sockaddr *>(&storage_); }
	[[nodiscard]] socklen_t size() const;
	[[nodiscard]] const std::string &text() const { return text_; }

private:
	sockaddr_storage storage_{};
	std::string text_;
};

/// A socket of the endpoint's family. `type` as for socket(2), CLOEXEC is added.
[[nodiscard]] Result<UniqueFd> open_socket(const Endpoint &endpoint, int type);
[[nodiscard]] Status bind_socket(int fd, const Endpoint &endpoint);
[[nodiscard]] Status connect_socket(int fd, const Endpoint &endpoint);
/// Asks for a buffer of `bytes`, beyond the system's limit where we may (CAP_NET_ADMIN); failure is harmless.
void enlarge_buffer(int fd, int force_option, int plain_option, int bytes);

} // namespace failover::traffic
