// SPDX-License-Identifier: GPL-2.0-only
#include "netlink/attribute_reader.hpp"

#include <cstring>
#include <linux/netlink.h>

namespace failover::netlink {

AttributeReader::AttributeReader(ByteSpan attributes, std::string what) : what_(std::move(what)) {
	parse(attributes);
}

AttributeReader::AttributeReader(const nlmsghdr *message, std::size_t header_size, std::string what)
    : what_(std::move(what)) {
	const std::size_t start = NLMSG_HDRLEN + NLMSG_ALIGN(header_size);
	if (message->nlmsg_len < start)
		return; // a bare header without attributes, padding left out
	parse(ByteSpan(reinterpret_cast<const std::uint8_t *>(message), message->nlmsg_len).subspan(start));
}

void AttributeReader::parse(ByteSpan attributes) {
	std::size_t at = 0;
	while (at < attributes.size()) {
		const std::size_t left = attributes.size() - at;
		nlattr head{};
		if (left < sizeof(head))
			return remember(fmt::format("{} stray bytes after the attribute before byte {}", left, at));
		std::memcpy(&head, attributes.data() + at, sizeof(head));
		if (head.nla_len < sizeof(head) || head.nla_len > left)
			return remember(fmt::format("attribute {} at byte {} claims {} bytes, expected {} to {}",
						    head.nla_type & NLA_TYPE_MASK, at, head.nla_len, sizeof(head),
						    left));
		const auto payload = attributes.subspan(at + NLA_HDRLEN, head.nla_len - NLA_HDRLEN);
		const int type = head.nla_type & NLA_TYPE_MASK;
		attributes_[type] = payload;
		all_.emplace_back(type, payload);
		at += NLA_ALIGN(head.nla_len);
	}
}

Status AttributeReader::status() const {
	if (!problem_.empty())
		return fail(fmt::format("{}: {}", what_, problem_));
	return {};
}

void AttributeReader::remember(std::string problem) {
	if (problem_.empty())
		problem_ = std::move(problem);
}

void AttributeReader::read_raw(int type, void *out, std::size_t size) {
	const auto found = attributes_.find(type);
	if (found == attributes_.end())
		return;
	if (found->second.size() < size)
		return remember(
		    fmt::format("attribute {} has {} bytes, expected {}", type, found->second.size(), size));
	std::memcpy(out, found->second.data(), size);
}

void AttributeReader::read(int type, std::uint8_t &out) {
	read_raw(type, &out, sizeof(out));
}

void AttributeReader::read(int type, std::uint16_t &out) {
	read_raw(type, &out, sizeof(out));
}

void AttributeReader::read(int type, std::uint32_t &out) {
	read_raw(type, &out, sizeof(out));
}

void AttributeReader::read(int type, std::int32_t &out) {
	read_raw(type, &out, sizeof(out));
}

void AttributeReader::read(int type, std::string &out) {
	if (!has(type))
		return;
	const ByteSpan bytes = payload(type);
	const auto *text = reinterpret_cast<const char *>(bytes.data());
	out.assign(text, ::strnlen(text, bytes.size()));
}

void AttributeReader::read(int type, Bytes &out) {
	if (!has(type))
		return;
	const ByteSpan bytes = payload(type);
	out.assign(bytes.begin(), bytes.end());
}

void AttributeReader::read(int type, std::optional<MacAddress> &out) {
	if (auto mac = MacAddress::from_bytes(payload(type)))
		out = mac;
}

ByteSpan AttributeReader::payload(int type) const {
	const auto found = attributes_.find(type);
	return found == attributes_.end() ? ByteSpan{} : found->second;
}

AttributeReader AttributeReader::nested(int type) const {
	return AttributeReader(payload(type), fmt::format("{} attribute {}", what_, type));
}

Status check_message(const nlmsghdr *message, std::initializer_list<int> types, std::size_t header_size,
		     std::string_view what) {
	if (message->nlmsg_len < NLMSG_HDRLEN + header_size)
		return fail(fmt::format("{} message has {} bytes, expected at least {}", what, message->nlmsg_len,
					NLMSG_HDRLEN + header_size));
	for (const int type : types)
		if (message->nlmsg_type == type)
			return {};
	return fail(fmt::format("netlink message type {} is no {} message", message->nlmsg_type, what));
}

} // namespace failover::netlink
