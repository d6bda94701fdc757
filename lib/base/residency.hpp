// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <span>
#include <string_view>

namespace failover {

/// Pages of these shared libraries that nobody writes to are given back, and mapped anew from their files if they are
/// wanted after all (dl_iterate_phdr(3), madvise(2)). For libraries that only beginning uses.
/// `names`: how their files' names begin, "libelf.so". One that is not there is none that takes memory.
void give_back_pages_of(std::span<const std::string_view> names);

} // namespace failover
