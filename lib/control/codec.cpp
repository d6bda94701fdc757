// SPDX-License-Identifier: GPL-2.0-only
#include "control/codec.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <utility>

namespace failover::control {

namespace {

/// Deepest nesting of a JSON text, without parsing it: brackets outside of strings. Checked first because both the
/// parser's memory and the recursion of a later dump grow with it.
std::size_t nesting(std::string_view text) {
	std::size_t depth = 0;
	std::size_t deepest = 0;
	bool in_string = false;
	for (std::size_t i = 0; i < text.size(); ++i) {
		const char c = text[i];
		if (in_string) {
			if (c == '\\')
				++i;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			deepest = std::max(deepest, ++depth);
		} else if ((c == '}' || c == ']') && depth > 0) {
			--depth;
		}
	}
	return deepest;
}

} // namespace

void Decoder::feed(std::string_view bytes) {
	if (!broken_)
		buffer_.append(bytes);
}

tl::unexpected<Error> Decoder::break_off(Error error) {
	broken_ = std::move(error);
	buffer_ = {};
	start_ = scanned_ = 0;
	return tl::unexpected(*broken_);
}

Result<std::optional<Json>> Decoder::next() {
	if (broken_)
		return tl::unexpected(*broken_);

	const std::size_t end = buffer_.find('\0', scanned_);
	const std::size_t size = (end == std::string::npos ? buffer_.size() : end) - start_;
	if (size > limits_.message_size)
		return break_off({EMSGSIZE, fmt::format("message is longer than {} bytes", limits_.message_size)});
	if (end == std::string::npos) {
		buffer_.erase(0, start_);
		start_ = 0;
		scanned_ = buffer_.size();
		return std::nullopt;
	}

	const std::string_view text(buffer_.data() + start_, size);
	if (const std::size_t depth = nesting(text); depth > limits_.depth)
		return break_off({EBADMSG, fmt::format("message is nested {} levels deep, at most {} are taken", depth,
						       limits_.depth)});
	Json message = Json::parse(text, nullptr, /*allow_exceptions=*/false);
	if (message.is_discarded())
		return break_off({EBADMSG, "message is not JSON"});
	if (!message.is_object())
		return break_off(
		    {EBADMSG, fmt::format("message is a JSON {}, an object was expected", message.type_name())});

	start_ = scanned_ = end + 1;
	if (start_ == buffer_.size()) {
		// Give back what one large message took: a connection may stay open for months.
		buffer_ = {};
		start_ = scanned_ = 0;
	}
	return message;
}

std::string encode(const Json &message) {
	std::string text = message.dump(-1, ' ', false, Json::error_handler_t::replace);
	text.push_back('\0');
	return text;
}

} // namespace failover::control
