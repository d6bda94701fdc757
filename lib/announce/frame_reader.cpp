// SPDX-License-Identifier: GPL-2.0-only
#include "announce/frame_reader.hpp"

#include <algorithm>

namespace failover::announce {

namespace {

template <typename Address> Address address_from(std::span<const std::uint8_t> data) {
	Address address;
	if (data.size() == Address::kSize)
		std::ranges::copy(data, address.bytes.begin());
	return address;
}

} // namespace

std::span<const std::uint8_t> FrameReader::take(std::size_t count) {
	if (truncated_ || count > left()) {
		truncated_ = true;
		return {};
	}
	const auto data = frame_.subspan(position_, count);
	position_ += count;
	return data;
}

std::uint8_t FrameReader::u8() {
	const auto data = take(1);
	return data.empty() ? std::uint8_t{0} : data[0];
}

std::uint16_t FrameReader::u16() {
	const auto data = take(2);
	return data.empty() ? std::uint16_t{0} : static_cast<std::uint16_t>(data[0] << 8 | data[1]);
}

std::uint32_t FrameReader::u32() {
	const std::uint32_t high = u16();
	return high << 16 | u16();
}

MacAddress FrameReader::mac() {
	return MacAddress::from_bytes(take(MacAddress::kSize)).value_or(MacAddress{});
}

Ipv4Address FrameReader::ipv4() {
	return address_from<Ipv4Address>(take(Ipv4Address::kSize));
}

Ipv6Address FrameReader::ipv6() {
	return address_from<Ipv6Address>(take(Ipv6Address::kSize));
}

std::span<const std::uint8_t> FrameReader::since(std::size_t begin) const {
	return begin <= end_ ? frame_.subspan(begin, end_ - begin) : std::span<const std::uint8_t>{};
}

bool FrameReader::limit(std::size_t count) {
	if (truncated_ || count > left())
		return false;
	end_ = position_ + count;
	return true;
}

tl::unexpected<Error> FrameReader::fail_at(std::size_t position, std::string_view what) {
	return fail(fmt::format("byte {}: {}", position, what));
}

tl::unexpected<Error> FrameReader::fail_short(std::string_view structure) const {
	return fail_at(end_, fmt::format("ends inside {}", structure));
}

} // namespace failover::announce
