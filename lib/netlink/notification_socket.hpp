// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "netlink/attribute_reader.hpp"
#include "netlink/channel.hpp"

#include <functional>

namespace failover::netlink {

/// A non-blocking socket of the calling thread's namespace for notifications; `protocol` is NETLINK_*. As large a
/// receive buffer as it may have: a burst must fit in.
[[nodiscard]] Result<SocketPtr> open_notifications(int protocol, int receive_buffer);
[[nodiscard]] int descriptor_of(const SocketPtr &socket);
[[nodiscard]] Status subscribe(const SocketPtr &socket, std::uint32_t group);

/// The messages of one datagram, one after the other, until one gives an error.
[[nodiscard]] Status each_message(ByteSpan datagram, const std::function<Status(const nlmsghdr *)> &handler);

} // namespace failover::netlink
