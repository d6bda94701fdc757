// SPDX-License-Identifier: GPL-2.0-only
#include "bpf/roomy_heap.hpp"

#include <cstdint>
#include <cstdlib>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

namespace failover::bpf {

namespace {

// glibc's own (mallopt(3)); setting one has it keep all three as they are, so they are set back.
constexpr int kDefaultThreshold = 128 * 1024;
constexpr std::uintptr_t kHugePage = 2UL << 20;

void thresholds(int map, int trim, int pad) {
	::mallopt(M_MMAP_THRESHOLD, map);
	::mallopt(M_TRIM_THRESHOLD, trim);
	::mallopt(M_TOP_PAD, pad);
}

} // namespace

RoomyHeap::RoomyHeap(std::size_t size) {
	const auto all = static_cast<int>(size);
	thresholds(all, 2 * all, all);
	// The heap grows by the pad at the first block that it has no room for.
	const auto before = reinterpret_cast<std::uintptr_t>(::sbrk(0));
	void *volatile block = std::malloc(size / 2); // else the compiler does without
	const auto after = reinterpret_cast<std::uintptr_t>(::sbrk(0));
	std::free(block);
	const auto begin = (before + kHugePage - 1) & ~(kHugePage - 1);
	if (after <= begin)
		return;
	begin_ = reinterpret_cast<void *>(begin);
	size_ = after - begin;
	::madvise(begin_, size_, MADV_HUGEPAGE);
}

RoomyHeap::~RoomyHeap() {
	thresholds(kDefaultThreshold, kDefaultThreshold, kDefaultThreshold);
	if (size_ > 0)
		::madvise(begin_, size_, MADV_NOHUGEPAGE); // else what stays is made huge again
	::malloc_trim(0);
}

} // namespace failover::bpf
