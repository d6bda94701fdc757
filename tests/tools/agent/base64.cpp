// SPDX-License-Identifier: GPL-2.0-only
#include "base64.hpp"

#include <cstdint>

namespace failover::agent {

namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

} // namespace

std::string base64_encode(std::string_view bytes) {
	std::string text;
	text.reserve((bytes.size() + 2) / 3 * 4);
	for (std::size_t at = 0; at < bytes.size(); at += 3) {
		const std::size_t have = std::min<std::size_t>(3, bytes.size() - at);
		std::uint32_t group = 0;
		for (std::size_t i = 0; i < 3; ++i)
			group = group << 8 | (i < have ? static_cast<unsigned char>(bytes[at + i]) : 0U);
		for (std::size_t i = 0; i < 4; ++i)
			text += i <= have ? kAlphabet[group >> (18 - 6 * i) & 0x3f] : '=';
	}
	return text;
}

Result<std::string> base64_decode(std::string_view text) {
	if (text.size() % 4 != 0)
		return fail(fmt::format("base64: {} characters, expected a multiple of 4", text.size()));
	std::string bytes;
	bytes.reserve(text.size() / 4 * 3);
	for (std::size_t at = 0; at < text.size(); at += 4) {
		const bool last = at + 4 == text.size();
		std::size_t padding = 0;
		if (last && text[at + 3] == '=')
			padding = text[at + 2] == '=' ? 2 : 1;
		std::uint32_t group = 0;
		for (std::size_t i = 0; i < 4 - padding; ++i) {
			const auto value = kAlphabet.find(text[at + i]);
			if (value == std::string_view::npos)
				return fail(fmt::format("base64: character {} is not of the alphabet", at + i));
			group |= static_cast<std::uint32_t>(value) << (18 - 6 * i);
		}
		for (std::size_t i = 0; i < 3 - padding; ++i)
			bytes += static_cast<char>(group >> (16 - 8 * i) & 0xff);
	}
	return bytes;
}

} // namespace failover::agent
