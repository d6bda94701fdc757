// SPDX-License-Identifier: GPL-2.0-only
#include "netlink/request.hpp"

#include <netlink/attr.h>
#include <netlink/msg.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <stdexcept>

namespace failover::netlink {

namespace {

constexpr std::size_t kInitialSize = 4096;

} // namespace

void Request::Deleter::operator()(nl_msg *message) const {
	::nlmsg_free(message);
}

Request::Request(int type, int flags) : message_(::nlmsg_alloc_size(kInitialSize)) {
	if (!message_ || !::nlmsg_put(message_.get(), 0, 0, type, 0, NLM_F_REQUEST | flags))
		throw std::bad_alloc();
}

nlmsghdr *Request::message() {
	return ::nlmsg_hdr(message_.get());
}

Request &Request::append(const void *data, std::size_t size) {
	if (size == 0)
		return *this;
	// libnl never grows a message on its own.
	const std::size_t needed = NLMSG_ALIGN(message()->nlmsg_len) + NLMSG_ALIGN(size);
	if (const std::size_t have = ::nlmsg_get_max_size(message_.get()); needed > have)
		if (::nlmsg_expand(message_.get(), std::max(needed, 2 * have)) < 0)
			throw std::bad_alloc();
	if (::nlmsg_append(message_.get(), const_cast<void *>(data), size, NLMSG_ALIGNTO) < 0)
		throw std::bad_alloc();
	return *this;
}

Request &Request::put(int type, ByteSpan bytes) {
	nlattr head{};
	if (bytes.size() > std::numeric_limits<std::uint16_t>::max() - NLA_HDRLEN)
		throw std::length_error("netlink attribute"); // no caller's name or address is 64 KiB long
	head.nla_type = static_cast<std::uint16_t>(type);
	head.nla_len = static_cast<std::uint16_t>(NLA_HDRLEN + bytes.size());
	append(&head, sizeof(head));
	return append(bytes.data(), bytes.size());
}

Request &Request::put(int type, std::string_view text) {
	Bytes bytes(text.begin(), text.end());
	bytes.push_back(0);
	return put(type, ByteSpan(bytes));
}

std::size_t Request::begin_nest(int type) {
	const std::size_t start = NLMSG_ALIGN(message()->nlmsg_len);
	put(type | NLA_F_NESTED, ByteSpan{});
	return start;
}

void Request::end_nest(std::size_t start) {
	auto *head = reinterpret_cast<nlattr *>(reinterpret_cast<char *>(message()) + start);
	head->nla_len = static_cast<std::uint16_t>(message()->nlmsg_len - start);
}

} // namespace failover::netlink
