// SPDX-License-Identifier: GPL-2.0-only
#include "base/residency.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

namespace failover {

namespace {

using Names = std::span<const std::string_view>;

int give_back_if_named(dl_phdr_info *info, std::size_t /*size*/, void *data) {
	const std::string_view path = info->dlpi_name;
	const auto file = path.substr(path.rfind('/') + 1); // npos + 1 is 0
	if (!std::ranges::any_of(*static_cast<const Names *>(data), [&](auto name) { return file.starts_with(name); }))
		return 0;
	const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const auto &segment = info->dlpi_phdr[i];
		// What can be written to has been: relocations are there, and in no file.
		if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W))
			continue;
		const std::uintptr_t begin = info->dlpi_addr + segment.p_vaddr, end = begin + segment.p_memsz;
		const std::uintptr_t from = begin / page * page;
		(void)::madvise(reinterpret_cast<void *>(from), end - from, MADV_DONTNEED);
	}
	return 0;
}

} // namespace

void give_back_pages_of(Names names) {
	::dl_iterate_phdr(give_back_if_named, &names);
}

} // namespace failover
