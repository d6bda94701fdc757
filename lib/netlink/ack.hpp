// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/result.hpp"

#include <string>

struct nlmsghdr;

namespace failover::netlink {

/// How a request ended, from NLMSG_ERROR or the NLMSG_DONE of a dump: success, or an error with the kernel's errno,
/// its own words where it gave any (extended ack, NLMSGERR_ATTR_MSG), and `what` in front. Pure; needs
/// `message->nlmsg_len` readable bytes.
[[nodiscard]] Status parse_ack(const nlmsghdr *message, const std::string &what);

} // namespace failover::netlink
