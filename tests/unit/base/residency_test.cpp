// SPDX-License-Identifier: GPL-2.0-only
#include "base/residency.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <dlfcn.h>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>

using namespace failover;

namespace {

bool is_resident(const void *address) {
	// What this process has mapped, not what the page cache has.
	const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
	const int pagemap = ::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	std::uint64_t entry = 0;
	const auto at = static_cast<off_t>(reinterpret_cast<std::uintptr_t>(address) / page * sizeof(entry));
	const bool read = ::pread(pagemap, &entry, sizeof(entry), at) == sizeof(entry);
	::close(pagemap);
	REQUIRE(read);
	return entry >> 63 != 0; // Documentation/admin-guide/mm/pagemap.rst: present
}

} // namespace

TEST_CASE("A library's pages are given back and are there again when they are wanted") {
	const void *const code = ::dlsym(RTLD_DEFAULT, "erf");
	volatile double half = 0.5;
	const double before = std::erf(half);
	REQUIRE(is_resident(code));

	give_back_pages_of(std::array<std::string_view, 1>{"libnothing.so"});
	CHECK(is_resident(code));
	give_back_pages_of(std::array<std::string_view, 1>{"libm.so"});
	CHECK(!is_resident(code));
	CHECK(std::erf(half) == before);
}
