// SPDX-License-Identifier: GPL-2.0-only
// Expected texts hold times of day: the whole program runs in UTC.
#include <stdlib.h>
#include <time.h>

namespace {

[[maybe_unused]] const bool kUtc = [] {
	::setenv("TZ", "UTC", 1);
	::tzset();
	return true;
}();

} // namespace
