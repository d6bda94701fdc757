// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <linux/if_xdp.h>
#include <span>

namespace failover::xdp {

/// Memory that is shared with the kernel.
class Mapping {
public:
	Mapping() = default;
	Mapping(void *at, std::size_t size) : at_(at), size_(size) {}
	Mapping(Mapping &&other) noexcept : at_(std::exchange(other.at_, nullptr)), size_(other.size_) {}
	Mapping &operator=(Mapping &&other) noexcept {
		std::swap(at_, other.at_);
		std::swap(size_, other.size_);
		return *this;
	}
	~Mapping();

	/// Of a descriptor, or with -1 of nothing but zeros.
	[[nodiscard]] static Result<Mapping> of(int fd, std::uint64_t offset, std::size_t size);

	template <typename T> [[nodiscard]] T *at(std::uint64_t offset) const {
		return reinterpret_cast<T *>(static_cast<std::byte *>(at_) + offset);
	}

private:
	void *at_ = nullptr;
	std::size_t size_ = 0;
};

/// An AF_XDP socket that receives from one queue of a device. It is given copies.
class XskReceiver {
public:
	[[nodiscard]] static Result<XskReceiver> open(unsigned ifindex, unsigned queue);

	[[nodiscard]] int fd() const { return fd_.get(); }
	/// Everything that is queued.
	void drain(const std::function<void(std::span<const std::byte>)> &take);

private:
	XskReceiver() = default;
	[[nodiscard]] Status make_rings();

	UniqueFd fd_;
	Mapping frames_, filling_, received_;
	xdp_mmap_offsets offsets_{};
};

} // namespace failover::xdp
