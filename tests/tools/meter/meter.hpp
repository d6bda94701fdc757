// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/result.hpp"
#include "frame.hpp"

#include <string>

namespace failover::meter {

struct Target {
	in_addr address{};
	in_port_t port = 0;   ///< network order
	unsigned batches = 0; ///< of 32 packets each
};

/// Who sends to this machine: a NIC of its own, in another network namespace, on the same wire as the one under test.
struct Wire {
	std::string netns;  ///< path
	std::string device; ///< name there
	in_addr from{};
	MacAddress to;     ///< of the NIC under test
	MacAddress nobody; ///< no NIC takes what is sent there
};

/// Clock ticks a packet that is sent: sendmmsg by an ordinary UDP socket.
[[nodiscard]] Result<double> sent_packet(const Target &target);
/// Clock ticks a packet that is received, up to recvmmsg: what it takes to send and receive it, less what it takes to
/// send it to nobody.
[[nodiscard]] Result<double> received_packet(const Target &target, const Wire &wire);

} // namespace failover::meter
