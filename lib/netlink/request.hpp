// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "netlink/attribute_reader.hpp"

#include <memory>
#include <string_view>

struct nl_msg;
struct nlattr;
struct nlmsghdr;

namespace failover::netlink {

/// A netlink message being written. Grows as needed; running out of memory ends the process as operator new would.
class Request {
public:
	/// NLM_F_REQUEST is always set; `flags` are the others.
	Request(int type, int flags);

	/// Appends the fixed header (ifinfomsg, rtmsg ...), also inside a nest.
	template <typename T> Request &header(const T &value) { return append(&value, sizeof(value)); }
	Request &put(int type, ByteSpan bytes);
	Request &put(int type, std::string_view text); ///< NUL-terminated on the wire
	Request &put_flag(int type) { return put(type, ByteSpan{}); }
	Request &put_u8(int type, std::uint8_t value) { return put_value(type, value); }
	Request &put_u16(int type, std::uint16_t value) { return put_value(type, value); }
	Request &put_u32(int type, std::uint32_t value) { return put_value(type, value); }
	template <typename T> Request &put_value(int type, const T &value) {
		return put(type, ByteSpan(reinterpret_cast<const std::uint8_t *>(&value), sizeof(value)));
	}
	/// Attributes that are complete already.
	Request &append_attributes(ByteSpan attributes) { return append(attributes.data(), attributes.size()); }

	/// Everything `fill` writes lands inside attribute `type`.
	template <typename F> Request &nest(int type, F &&fill) {
		const std::size_t start = begin_nest(type);
		fill(*this);
		end_nest(start);
		return *this;
	}

	[[nodiscard]] nlmsghdr *message();
	[[nodiscard]] nl_msg *get() { return message_.get(); }

private:
	struct Deleter {
		void operator()(nl_msg *message) const;
	};
	Request &append(const void *data, std::size_t size);
	std::size_t begin_nest(int type);
	void end_nest(std::size_t start);

	std::unique_ptr<nl_msg, Deleter> message_;
};

} // namespace failover::netlink
