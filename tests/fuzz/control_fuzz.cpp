// SPDX-License-Identifier: GPL-2.0-only
// Bytes of a stranger through the codec, both message readers and every type that comes out of them.
#include "control/codec.hpp"
#include "control/message.hpp"
#include "control/types_json.hpp"

#include <cstdint>
#include <cstdlib>

using namespace failover::control;

namespace {

void require(bool holds) {
	if (!holds)
		std::abort();
}

/// What was read can be written, and what was written reads the same.
template <typename T> void read_and_write(const Json &value) {
	const auto parsed = from_json<T>(value);
	if (!parsed)
		return require(!parsed.error().path.empty() || !value.is_object());
	const Json written = to_json(*parsed);
	const auto again = from_json<T>(written);
	require(again.has_value());
	require(to_json(*again) == written);
}

void take(const Json &message) {
	require(message.is_object());
	if (const auto call = to_call(message)) {
		require(to_call(to_message(*call)).has_value());
		(void)from_parameters<SwitchRequest>(call->parameters);
		(void)from_parameters<AttachRequest>(call->parameters);
		(void)from_parameters<EventQuery>(call->parameters);
	}
	if (const auto answer = to_answer(message))
		require(to_answer(to_message(*answer)).has_value());
	read_and_write<MasterState>(message);
	read_and_write<EventRecord>(message);
	read_and_write<ProbeReport>(message);
	read_and_write<VersionInfo>(message);

	// The codec agrees with itself.
	Decoder decoder;
	decoder.feed(encode(message));
	const auto back = decoder.next();
	require(back && *back);
	require(encode(**back) == encode(message));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
	if (size == 0)
		return 0;
	// The first byte says in which pieces the rest arrives.
	const std::size_t piece = std::size_t{data[0]} + 1;
	std::string_view rest(reinterpret_cast<const char *>(data + 1), size - 1);
	Decoder decoder({.message_size = 512, .depth = 8});
	while (!rest.empty()) {
		decoder.feed(rest.substr(0, piece));
		rest.remove_prefix(std::min(piece, rest.size()));
		for (;;) {
			const auto message = decoder.next();
			if (!message || !*message)
				break;
			take(**message);
		}
		// Whatever the bytes were: never more is held than one unfinished message.
		require(decoder.pending() <= 512);
	}
	return 0;
}
