// SPDX-License-Identifier: GPL-2.0-only
#include "announce/frame_writer.hpp"

namespace failover::announce {

FrameWriter::FrameWriter(const Origin &origin, const MacAddress &destination, std::uint16_t ether_type) {
	frame_.reserve(128);
	bytes(destination.bytes());
	bytes(origin.mac.bytes());
	for (const auto &tag : origin.tags) {
		u16(tag.tpid);
		u16(static_cast<std::uint16_t>((tag.priority & 7) << 13 | (tag.vid & 0xfff)));
	}
	u16(ether_type);
}

FrameWriter &FrameWriter::u8(std::uint8_t value) {
	frame_.push_back(value);
	return *this;
}

FrameWriter &FrameWriter::u16(std::uint16_t value) {
	return u8(static_cast<std::uint8_t>(value >> 8)).u8(static_cast<std::uint8_t>(value));
}

FrameWriter &FrameWriter::u32(std::uint32_t value) {
	return u16(static_cast<std::uint16_t>(value >> 16)).u16(static_cast<std::uint16_t>(value));
}

FrameWriter &FrameWriter::bytes(std::span<const std::uint8_t> data) {
	frame_.insert(frame_.end(), data.begin(), data.end());
	return *this;
}

FrameWriter &FrameWriter::zeros(std::size_t count) {
	frame_.resize(frame_.size() + count);
	return *this;
}

std::span<const std::uint8_t> FrameWriter::since(std::size_t begin) const {
	return std::span(frame_).subspan(begin);
}

void FrameWriter::patch_u16(std::size_t at, std::uint16_t value) {
	frame_.at(at) = static_cast<std::uint8_t>(value >> 8);
	frame_.at(at + 1) = static_cast<std::uint8_t>(value);
}

Frame FrameWriter::take() && {
	if (frame_.size() < kMinFrame)
		frame_.resize(kMinFrame);
	return std::move(frame_);
}

MacAddress group_mac(const Ipv4Address &group) {
	const auto &b = group.bytes;
	return MacAddress({0x01, 0x00, 0x5e, static_cast<std::uint8_t>(b[1] & 0x7f), b[2], b[3]});
}

MacAddress group_mac(const Ipv6Address &group) {
	const auto &b = group.bytes;
	return MacAddress({0x33, 0x33, b[12], b[13], b[14], b[15]});
}

} // namespace failover::announce
