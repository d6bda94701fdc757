// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <sys/socket.h>

namespace failover::meter {

/// Datagrams or frames of one size for sendmmsg or recvmmsg.
class Batch {
public:
	static constexpr unsigned kCount = 32;
	static constexpr std::size_t kMost = 64; ///< bytes of one

	/// All alike. `bytes` are copied.
	explicit Batch(std::span<const std::uint8_t> bytes);
	Batch(const Batch &) = delete;
	Batch &operator=(const Batch &) = delete;

	/// How many were sent, or negative and errno.
	[[nodiscard]] int send(int fd) { return ::sendmmsg(fd, messages_.data(), kCount, 0); }
	/// How many were there, at most a batch, or negative and errno.
	[[nodiscard]] int receive(int fd) { return ::recvmmsg(fd, messages_.data(), kCount, MSG_DONTWAIT, nullptr); }

private:
	std::array<std::array<std::uint8_t, kMost>, kCount> bytes_{};
	std::array<iovec, kCount> parts_{};
	std::array<mmsghdr, kCount> messages_{};
};

} // namespace failover::meter
