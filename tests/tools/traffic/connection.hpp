// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/fd.hpp"
#include "pattern.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace failover::traffic {

/// One TCP connection that sends a pattern at a steady rate and checks the pattern of the other end.
class Connection {
public:
	struct Totals {
		std::uint64_t sent = 0;
		std::uint64_t received = 0;
		std::uint64_t wrong = 0;
		std::uint64_t resets = 0;   ///< ended otherwise than by both sides' will
		std::uint64_t stall_ns = 0; ///< longest time without a byte from the other end
		std::string last_error;

		Totals &operator+=(const Totals &other);
	};

	/// The client decides when a stream is over; an end that comes from the server is a break.
	enum class Side { kClient, kServer };

	Connection(UniqueFd socket, Side side, std::uint64_t rate);

	[[nodiscard]] int fd() const { return socket_.get(); }
	[[nodiscard]] bool open() const { return static_cast<bool>(socket_); }
	[[nodiscard]] const Totals &totals() const { return totals_; }

	/// Takes what has arrived, sends what is due.
	void pump(std::uint64_t now_ns);
	/// Sends no more; the connection closes once the other end has finished too.
	void finish();
	/// The other end did not finish in time.
	void give_up();

private:
	void receive(std::uint64_t now_ns);
	void send(std::uint64_t now_ns);
	void broken(int code);

	UniqueFd socket_;
	Side side_;
	Pattern out_;
	Pattern in_;
	std::uint64_t rate_;
	std::uint64_t start_ns_;
	std::uint64_t heard_ns_;
	bool finishing_ = false;
	Totals totals_;
	std::vector<std::byte> buffer_;
};

} // namespace failover::traffic
