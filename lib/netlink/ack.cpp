// SPDX-License-Identifier: GPL-2.0-only
#include "netlink/ack.hpp"

#include "netlink/attribute_reader.hpp"

#include <cstring>
#include <linux/netlink.h>
#include <optional>

namespace failover::netlink {

namespace {

/// Where the extended ack's attributes begin, counted from the message's start (netlink_ack() in af_netlink.c).
std::size_t attributes_offset(const nlmsghdr *message) {
	if (message->nlmsg_type == NLMSG_DONE)
		return NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(int));
	std::size_t offset = NLMSG_HDRLEN + sizeof(nlmsgerr);
	if (!(message->nlmsg_flags & NLM_F_CAPPED)) {
		nlmsgerr body{};
		std::memcpy(&body, NLMSG_DATA(message), sizeof(body));
		if (body.msg.nlmsg_len > NLMSG_HDRLEN) // the request's payload is echoed before them
			offset += NLMSG_ALIGN(std::size_t{body.msg.nlmsg_len}) - NLMSG_HDRLEN;
	}
	return offset;
}

std::string kernel_words(const nlmsghdr *message) {
	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS))
		return {};
	const std::size_t offset = attributes_offset(message);
	if (offset >= message->nlmsg_len)
		return {};
	AttributeReader attributes(
	    ByteSpan(reinterpret_cast<const std::uint8_t *>(message), message->nlmsg_len).subspan(offset),
	    "extended ack");
	std::string words;
	attributes.read(NLMSGERR_ATTR_MSG, words);
	return words;
}

} // namespace

Status parse_ack(const nlmsghdr *message, const std::string &what) {
	const bool done = message->nlmsg_type == NLMSG_DONE;
	const std::size_t body = done ? sizeof(int) : sizeof(nlmsgerr);
	if (message->nlmsg_len < NLMSG_HDRLEN + body) {
		if (done)
			return {}; // older dumps end without a code
		return fail_errno(EBADMSG, fmt::format("{}: the kernel's answer has {} bytes, expected {}", what,
						       message->nlmsg_len, NLMSG_HDRLEN + body));
	}
	int code = 0;
	std::memcpy(&code, NLMSG_DATA(message), sizeof(code));
	if (code >= 0)
		return {};
	const int error = code == INT32_MIN ? EINVAL : -code;
	const std::string words = kernel_words(message);
	if (words.empty())
		return fail_errno(error, what);
	return tl::unexpected(Error{error, fmt::format("{}: {} ({})", what, std::strerror(error), words)});
}

} // namespace failover::netlink
