// SPDX-License-Identifier: GPL-2.0-only
// Reading netlink attributes from bytes that somebody else wrote.
#pragma once

#include "base/mac_address.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct nlattr;
struct nlmsghdr;

namespace failover::netlink {

using Bytes = std::vector<std::uint8_t>;
using ByteSpan = std::span<const std::uint8_t>;

/// The attributes of one message or nest. Every accessor checks the length; the first attribute found too short is
/// remembered, so that a parser reads all its fields and asks once, in status(). An absent attribute is no error:
/// kernels differ in what they send. The reader points into the bytes it was made from.
class AttributeReader {
public:
	/// `what` names the place in error messages, e.g. "RTM_NEWLINK".
	AttributeReader(ByteSpan attributes, std::string what);
	/// The attributes behind a message's fixed header of `header_size` bytes.
	AttributeReader(const nlmsghdr *message, std::size_t header_size, std::string what);

	[[nodiscard]] Status status() const;
	[[nodiscard]] bool has(int type) const { return attributes_.contains(type); }

	void read(int type, std::uint8_t &out);
	void read(int type, std::uint16_t &out);
	void read(int type, std::uint32_t &out);
	void read(int type, std::int32_t &out);
	void read(int type, std::string &out);
	void read(int type, Bytes &out);
	template <typename T> void read(int type, std::optional<T> &out) {
		if (T value{}; has(type)) {
			read(type, value);
			out = std::move(value);
		}
	}
	/// Only an attribute of exactly six bytes is an Ethernet address; other link layers are left out.
	void read(int type, std::optional<MacAddress> &out);
	/// A struct of the kernel; a longer one than ours is fine (later kernels append), a shorter one is an error.
	template <typename T> void read_struct(int type, T &out) { read_raw(type, &out, sizeof(out)); }

	/// Payload of one attribute, empty when absent.
	[[nodiscard]] ByteSpan payload(int type) const;
	/// The attributes inside an attribute; an empty reader when it is absent.
	[[nodiscard]] AttributeReader nested(int type) const;
	/// Every (type, payload) in order, also repeated ones.
	[[nodiscard]] const std::vector<std::pair<int, ByteSpan>> &all() const { return all_; }

private:
	void parse(ByteSpan attributes);
	void read_raw(int type, void *out, std::size_t size);
	void remember(std::string problem);

	std::string what_;
	std::string problem_;
	std::map<int, ByteSpan> attributes_;
	std::vector<std::pair<int, ByteSpan>> all_;
};

/// The fixed header of a message (ifinfomsg, rtmsg ...), or an error when the message is too short or of a type
/// that is not among `types`.
[[nodiscard]] Status check_message(const nlmsghdr *message, std::initializer_list<int> types, std::size_t header_size,
				   std::string_view what);

} // namespace failover::netlink
