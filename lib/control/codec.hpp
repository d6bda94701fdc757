// SPDX-License-Identifier: GPL-2.0-only
// Varlink framing: JSON objects, each ended by one NUL byte.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace failover::control {

using Json = nlohmann::json;

struct CodecLimits {
	std::size_t message_size = std::size_t{1} << 20; ///< bytes, without the NUL
	std::size_t depth = 32;                          ///< nested objects and arrays
};

/// Turns a byte stream into messages, whatever the pieces it arrives in. After an error the stream cannot be
/// trusted any more: every later call returns the same error.
class Decoder {
public:
	explicit Decoder(CodecLimits limits = {}) : limits_(limits) {}

	/// Adds bytes as they came from the wire.
	void feed(std::string_view bytes);
	/// The next whole message, nothing while it is incomplete.
	[[nodiscard]] Result<std::optional<Json>> next();
	/// Bytes held that belong to no complete message yet, or to messages not asked for yet.
	[[nodiscard]] std::size_t pending() const { return buffer_.size() - start_; }

private:
	tl::unexpected<Error> break_off(Error error);

	CodecLimits limits_;
	std::string buffer_;
	std::size_t start_ = 0;   ///< first byte of the message to come
	std::size_t scanned_ = 0; ///< no NUL before this position
	std::optional<Error> broken_;
};

/// One message with its NUL. Text that is not UTF-8 (names of interfaces may be anything) has its bad bytes replaced.
[[nodiscard]] std::string encode(const Json &message);

} // namespace failover::control
