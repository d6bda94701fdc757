// SPDX-License-Identifier: GPL-2.0-only
#include "exit_code.hpp"

namespace failover::ctl {

ExitCode exit_code_of(const control::CallError &error) {
	if (error.name.empty())
		return kUnreachable;
	if (error.is(control::kNoSuchMaster) || error.is(control::kNoSuchSlave))
		return kNoSuch;
	if (error.is(control::kNotPermitted))
		return kNotPermitted;
	return kFailed;
}

} // namespace failover::ctl
