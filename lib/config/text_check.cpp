// SPDX-License-Identifier: GPL-2.0-only
#include "config/text_check.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace failover::config {

namespace {

constexpr unsigned kMaxDots = 32;

bool is_beyond_ascii(char c) {
	return static_cast<unsigned char>(c) >= 0x80;
}

/// Tells strings, comments and the rest apart as TOML does, up to its first error; what follows the library never sees.
class TextCheck {
public:
	explicit TextCheck(std::string_view text) : text_(text) {
		constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
		if (text_.starts_with(kByteOrderMark))
			text_.remove_prefix(kByteOrderMark.size());
	}

	[[nodiscard]] std::optional<SyntaxError> run() {
		while (at_ < text_.size() && !error_) {
			const char c = text_[at_];
			if (is_beyond_ascii(c))
				refuse("a character beyond ASCII, expected those in comments only");
			else if (c == '"' || c == '\'')
				skip_string(c);
			else if (c == '#')
				at_ = end_of_line();
			else
				step(c);
		}
		return error_;
	}

private:
	void step(char c) {
		if (c == '.' && ++dots_ > kMaxDots)
			refuse(fmt::format("more than {} dots on a line, expected keys of a few parts", kMaxDots));
		++at_;
		if (c == '\n') {
			++line_;
			line_start_ = at_;
			dots_ = 0;
		}
	}

	/// Stops at the end of the line where the closing quote is missing; the library will say so.
	void skip_string(char quote) {
		if (text_.substr(at_, 3) == std::string(3, quote))
			return refuse("a string of several lines, expected strings of one");
		const auto end = end_of_line();
		for (++at_; at_ < end && !is_beyond_ascii(text_[at_]); ++at_) {
			if (text_[at_] == quote) {
				++at_;
				return;
			}
			const bool escapes = text_[at_] == '\\' && quote == '"';
			if (escapes && at_ + 1 < end && !is_beyond_ascii(text_[at_ + 1]))
				++at_;
		}
	}

	[[nodiscard]] std::size_t end_of_line() const { return std::min(text_.find('\n', at_), text_.size()); }

	/// Bytes are columns here: what could be longer is in comments, behind all that is refused.
	void refuse(std::string_view why) {
		if (!error_)
			error_ =
			    SyntaxError{{line_, static_cast<std::uint32_t>(at_ - line_start_) + 1}, std::string(why)};
	}

	std::string_view text_;
	std::size_t at_ = 0;
	std::size_t line_start_ = 0;
	std::uint32_t line_ = 1;
	unsigned dots_ = 0;
	std::optional<SyntaxError> error_;
};

} // namespace

std::optional<SyntaxError> check_text(std::string_view text) {
	return TextCheck(text).run();
}

} // namespace failover::config
