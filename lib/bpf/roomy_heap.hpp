// SPDX-License-Identifier: GPL-2.0-only
// Memory for what libbpf reads of the kernel.
#pragma once

#include <cstddef>

namespace failover::bpf {

/// libbpf reads the kernel's types whole, which are 5 to 10 MiB, and copies them.
inline constexpr std::size_t kKernelTypes = 24UL << 20;

/// For as long as one lives, malloc() takes large blocks from a heap of huge pages, and not each from the kernel by
/// itself; afterwards what was freed is given back. libbpf holds all types of a kernel twice while it reads them, 5 MiB
/// and more each, and where page faults are dear (nested page tables, an emulator) they are most of that.
class RoomyHeap {
public:
	/// `size`: bytes. What a kernel cannot give as huge pages comes as others.
	explicit RoomyHeap(std::size_t size);
	~RoomyHeap();
	RoomyHeap(const RoomyHeap &) = delete;
	RoomyHeap &operator=(const RoomyHeap &) = delete;

private:
	void *begin_ = nullptr;
	std::size_t size_ = 0;
};

} // namespace failover::bpf
