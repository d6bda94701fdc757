// SPDX-License-Identifier: GPL-2.0-only
// Documentation/networking/af_xdp.rst tells what the rings are; each is filled by one side and emptied by the other.
#include "xsk.hpp"

#include <atomic>
#include <cerrno>
#include <sys/mman.h>
#include <sys/socket.h>

namespace failover::xdp {

namespace {

constexpr std::uint32_t kFrames = 512; // a power of two
constexpr std::uint32_t kFrameSize = 4096;

std::uint32_t load(std::uint32_t *index) {
	return std::atomic_ref(*index).load(std::memory_order_acquire);
}
void store(std::uint32_t *index, std::uint32_t value) {
	std::atomic_ref(*index).store(value, std::memory_order_release);
}

template <typename T> Status set(int fd, int option, const T &value, const char *what) {
	if (::setsockopt(fd, SOL_XDP, option, &value, sizeof(value)) < 0)
		return fail_errno(errno, what);
	return {};
}

} // namespace

Mapping::~Mapping() {
	if (at_)
		::munmap(at_, size_);
}

Result<Mapping> Mapping::of(int fd, std::uint64_t offset, std::size_t size) {
	const int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED | MAP_POPULATE;
	void *at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, flags, fd, static_cast<off_t>(offset));
	if (at == MAP_FAILED)
		return fail_errno(errno, "sharing memory with the kernel");
	return Mapping(at, size);
}

Status XskReceiver::make_rings() {
	auto frames = Mapping::of(-1, 0, std::size_t{kFrames} * kFrameSize);
	if (!frames)
		return tl::unexpected(std::move(frames.error()));
	frames_ = std::move(*frames);
	xdp_umem_reg memory{};
	memory.addr = reinterpret_cast<std::uintptr_t>(frames_.at<std::byte>(0));
	memory.len = std::uint64_t{kFrames} * kFrameSize;
	memory.chunk_size = kFrameSize;
	if (auto status = set(fd(), XDP_UMEM_REG, memory, "registering memory for frames"); !status)
		return status;
	for (const int ring : {XDP_UMEM_FILL_RING, XDP_UMEM_COMPLETION_RING, XDP_RX_RING}) {
		if (auto status = set(fd(), ring, kFrames, "sizing a ring"); !status)
			return status;
	}
	socklen_t size = sizeof(offsets_);
	if (::getsockopt(fd(), SOL_XDP, XDP_MMAP_OFFSETS, &offsets_, &size) < 0)
		return fail_errno(errno, "asking for the rings");
	auto filling = Mapping::of(fd(), XDP_UMEM_PGOFF_FILL_RING, offsets_.fr.desc + kFrames * sizeof(std::uint64_t));
	if (!filling)
		return tl::unexpected(std::move(filling.error()));
	filling_ = std::move(*filling);
	auto received = Mapping::of(fd(), XDP_PGOFF_RX_RING, offsets_.rx.desc + kFrames * sizeof(xdp_desc));
	if (!received)
		return tl::unexpected(std::move(received.error()));
	received_ = std::move(*received);
	for (std::uint32_t i = 0; i < kFrames; ++i)
		filling_.at<std::uint64_t>(offsets_.fr.desc)[i] = std::uint64_t{i} * kFrameSize;
	store(filling_.at<std::uint32_t>(offsets_.fr.producer), kFrames);
	return {};
}

Result<XskReceiver> XskReceiver::open(unsigned ifindex, unsigned queue) {
	XskReceiver made;
	made.fd_ = UniqueFd(::socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0));
	if (!made.fd_)
		return fail_errno(errno, "opening an AF_XDP socket");
	if (auto status = made.make_rings(); !status)
		return tl::unexpected(std::move(status.error()));
	sockaddr_xdp address{};
	address.sxdp_family = AF_XDP;
	address.sxdp_flags = XDP_COPY;
	address.sxdp_ifindex = ifindex;
	address.sxdp_queue_id = queue;
	if (::bind(made.fd(), reinterpret_cast<const sockaddr *>(&address), sizeof(address)) < 0)
		return fail_errno(errno, fmt::format("binding to queue {}", queue));
	return made;
}

void XskReceiver::drain(const std::function<void(std::span<const std::byte>)> &take) {
	auto *consumer = received_.at<std::uint32_t>(offsets_.rx.consumer);
	auto *producer = filling_.at<std::uint32_t>(offsets_.fr.producer);
	const auto end = load(received_.at<std::uint32_t>(offsets_.rx.producer));
	for (auto next = load(consumer); next != end; ++next) {
		const auto frame = received_.at<xdp_desc>(offsets_.rx.desc)[next % kFrames];
		take({frames_.at<std::byte>(frame.addr), frame.len});
		// Where it begins in its part of the memory does not matter to the kernel.
		const auto free = load(producer);
		filling_.at<std::uint64_t>(offsets_.fr.desc)[free % kFrames] = frame.addr;
		store(producer, free + 1);
		store(consumer, next + 1);
	}
}

} // namespace failover::xdp
