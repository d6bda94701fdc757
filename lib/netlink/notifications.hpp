// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "netlink/attribute_reader.hpp"

#include <functional>

namespace failover::netlink {

/// Reads everything that waits on a non-blocking netlink socket of notifications: each datagram of the kernel goes to
/// `message`, whose error ends the reading (the datagram is taken all the same, so reading can go on); what other
/// processes sent is dropped unread. `lost` is called where the socket's buffer overflowed. `what` names what is read,
/// for errors; `buffer` is kept between calls for its memory.
[[nodiscard]] Status read_notifications(int fd, Bytes &buffer, std::string_view what,
					const std::function<Status(ByteSpan)> &message,
					const std::function<void()> &lost);

/// As large as it may be; a burst must fit in. Above rmem_max it needs CAP_NET_ADMIN.
void enlarge_receive_buffer(int fd, int bytes);

} // namespace failover::netlink
