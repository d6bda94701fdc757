// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/result.hpp"

#include <functional>
#include <iosfwd>
#include <string>

namespace failover {

/// A file that is there whole or not at all, also where the writer is killed: written beside its place (`path`.new),
/// then put there. Its owner alone may read it. Not synced: for files that need not outlive the machine.
[[nodiscard]] Status write_whole_file(const std::string &path, const std::function<void(std::ostream &)> &write);

} // namespace failover
