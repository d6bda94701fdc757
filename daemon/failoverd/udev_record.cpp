// SPDX-License-Identifier: GPL-2.0-only
#include "udev_record.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace failover {

void forget_udev_record(int ifindex) {
	// Without udev there is none.
	(void)::unlink(fmt::format("/run/udev/data/n{}", ifindex).c_str());
}

} // namespace failover
