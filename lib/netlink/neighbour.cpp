// SPDX-License-Identifier: GPL-2.0-only
#include "netlink/neighbour.hpp"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include <cstring>

namespace failover::netlink {

namespace {

constexpr std::uint32_t kUserHz = 100; // ticks a second in what the kernel tells of times (USER_HZ)

} // namespace

bool Neighbour::is_proxy() const {
	return flags & NTF_PROXY;
}

Result<Neighbour> parse_neighbour(const nlmsghdr *message) {
	ndmsg info{};
	if (auto ok = check_message(message, {RTM_NEWNEIGH, RTM_DELNEIGH}, sizeof(info), "neighbour"); !ok)
		return tl::unexpected(std::move(ok.error()));
	std::memcpy(&info, NLMSG_DATA(message), sizeof(info));

	AttributeReader attributes(message, sizeof(info), "neighbour message");
	Neighbour neighbour;
	neighbour.ifindex = info.ndm_ifindex;
	neighbour.family = info.ndm_family;
	neighbour.state = info.ndm_state;
	neighbour.flags = info.ndm_flags;
	neighbour.type = info.ndm_type;
	attributes.read(NDA_DST, neighbour.dst);
	attributes.read(NDA_LLADDR, neighbour.lladdr);
	attributes.read(NDA_PROTOCOL, neighbour.protocol);
	attributes.read(NDA_VLAN, neighbour.vlan_id);
	attributes.read(NDA_FLAGS_EXT, neighbour.ext_flags);
	Bytes times;
	attributes.read(NDA_CACHEINFO, times);
	if (auto ok = attributes.status(); !ok)
		return tl::unexpected(std::move(ok.error()));

	if (nda_cacheinfo info{}; times.size() >= sizeof(info)) {
		std::memcpy(&info, times.data(), sizeof(info));
		neighbour.confirmed_s = info.ndm_confirmed / kUserHz;
	}

	const auto *bytes = reinterpret_cast<const std::uint8_t *>(message);
	const std::size_t start = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(info));
	if (message->nlmsg_len > start)
		neighbour.attributes.assign(bytes + start, bytes + message->nlmsg_len);
	return neighbour;
}

} // namespace failover::netlink
