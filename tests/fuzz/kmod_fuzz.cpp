// SPDX-License-Identifier: GPL-2.0-only
// Bytes as they might come from a kernel module of another version. Byte 0 picks the parser, the rest is the message;
// the length in its header is made true, because the socket layer guarantees that much (nlmsg_ok).
#include "kmod/event_monitor.hpp"
#include "kmod/state.hpp"

#include <cstdint>
#include <cstring>
#include <linux/netlink.h>
#include <memory>

using namespace failover;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
	if (size < 1 + sizeof(nlmsghdr))
		return 0;
	const bool event = data[0] % 2 != 0;
	++data;
	--size;
	// Of exactly this size, so that one byte too far is seen; aligned as the kernel's messages are.
	const std::unique_ptr<std::uint8_t[]> bytes(new std::uint8_t[size]);
	std::memcpy(bytes.get(), data, size);
	auto *message = reinterpret_cast<nlmsghdr *>(bytes.get());
	message->nlmsg_len = static_cast<std::uint32_t>(size);
	if (event)
		(void)kmod::parse_event(message);
	else if (const auto master = kmod::parse_master(message))
		(void)kmod::state_of(*master);
	return 0;
}
