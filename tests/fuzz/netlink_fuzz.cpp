// SPDX-License-Identifier: GPL-2.0-only
// Bytes as they might come from netlink, through every parser. Byte 0 picks the parser, the rest is the message; the
// length in its header is made true, because the socket layer guarantees that much (nlmsg_ok).
#include "netlink/ack.hpp"
#include "netlink/address.hpp"
#include "netlink/generic_family.hpp"
#include "netlink/link.hpp"
#include "netlink/neighbour.hpp"
#include "netlink/route.hpp"
#include "netlink/uevent.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>
#include <memory>

using namespace failover;
using namespace failover::netlink;

namespace {

/// A route that was read must come out rewritten and be readable again, the same but for its interface.
void check_rewriting(const nlmsghdr *message) {
	const auto route = parse_route(message);
	if (!route)
		return;
	(void)to_string(*route);
	const auto attributes = rewritten_attributes(*route, route->oif, route->oif);
	if (!attributes)
		std::abort();
	const AttributeReader again(*attributes, "rewritten");
	if (!again.status())
		std::abort();
}

void parse_any(int which, const nlmsghdr *message) {
	switch (which) {
	case 0:
		(void)parse_link(message);
		(void)describes_device(message);
		break;
	case 1:
		if (const auto address = parse_address(message))
			(void)to_string(*address);
		break;
	case 2:
		check_rewriting(message);
		break;
	case 3:
		(void)parse_neighbour(message);
		break;
	case 6:
		(void)parse_family(message);
		break;
	default:
		(void)parse_ack(message, "fuzzing");
	}
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
	if (size < 1)
		return 0;
	const int which = data[0] % 7;
	++data;
	--size;
	if (which == 5) {
		(void)parse_uevent({data, size});
		return 0;
	}
	if (size < sizeof(nlmsghdr))
		return 0;
	// Of exactly this size, so that one byte too far is seen; aligned as the kernel's messages are.
	const std::unique_ptr<std::uint8_t[]> bytes(new std::uint8_t[size]);
	std::memcpy(bytes.get(), data, size);
	auto *message = reinterpret_cast<nlmsghdr *>(bytes.get());
	message->nlmsg_len = static_cast<std::uint32_t>(size);
	constexpr std::uint16_t kTypes[] = {RTM_NEWLINK, RTM_NEWADDR, RTM_NEWROUTE, RTM_NEWNEIGH};
	// Deeper than the first check.
	if (which < 4)
		message->nlmsg_type = kTypes[which];
	else if (which == 6)
		message->nlmsg_type = GENL_ID_CTRL;
	parse_any(which, message);
	return 0;
}
