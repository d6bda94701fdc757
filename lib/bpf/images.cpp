// SPDX-License-Identifier: GPL-2.0-only
#include "bpf/images.hpp"

#include "adopt.skel.h"
#include "kernel_cast.skel.h"
#include "kernel_probe.skel.h"
#include "listen.skel.h"
#include "rx.skel.h"
#include "xdp.skel.h"

#include <cstdint>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

namespace failover::bpf {

namespace {

Image image(const void *(*bytes)(std::size_t *)) {
	std::size_t size = 0;
	const void *begin = bytes(&size);
	return {static_cast<const std::byte *>(begin), size};
}

} // namespace

std::array<Image, 6> images() {
	return {image(adopt_bpf__elf_bytes),  image(kernel_cast_bpf__elf_bytes), image(kernel_probe_bpf__elf_bytes),
		image(listen_bpf__elf_bytes), image(rx_bpf__elf_bytes),          image(xdp_bpf__elf_bytes)};
}

std::string images_identity() {
	std::uint64_t hash = 0xcbf29ce484222325ull; // FNV-1a
	for (const Image &image : images())
		for (const std::byte byte : image)
			hash = (hash ^ static_cast<std::uint64_t>(byte)) * 0x100000001b3ull;
	return fmt::format("{:016x}", hash);
}

void images_rest() {
	const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
	for (const Image &image : images()) {
		const auto begin = reinterpret_cast<std::uintptr_t>(image.data());
		// Pages that are theirs alone. Never written to: what is read again comes from the file.
		const auto from = (begin + page - 1) / page * page, to = (begin + image.size()) / page * page;
		if (from < to)
			(void)::madvise(reinterpret_cast<void *>(from), to - from, MADV_DONTNEED);
	}
}

} // namespace failover::bpf
