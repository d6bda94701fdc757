// SPDX-License-Identifier: GPL-2.0-only
// What failoverctl ends with; documented in failoverctl(1).
#pragma once

#include "control/call_error.hpp"

namespace failover::ctl {

enum ExitCode : int {
	kOk = 0,
	kFailed = 1,
	kUsage = 2,
	kNoSuch = 3,       ///< no such master or slave
	kNotPermitted = 4, ///< root or CAP_NET_ADMIN is needed
	kUnreachable = 5,  ///< failoverd does not answer and the kernel could not stand in
	kUnhealthy = 6,    ///< doctor found something wrong
};

[[nodiscard]] ExitCode exit_code_of(const control::CallError &error);

} // namespace failover::ctl
