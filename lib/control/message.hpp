// SPDX-License-Identifier: GPL-2.0-only
// The two kinds of Varlink messages (https://varlink.org/Method-Call).
#pragma once

#include "base/result.hpp"
#include "control/call_error.hpp"

#include <string>
#include <string_view>

namespace failover::control {

struct Call {
	std::string method; ///< "io.failover.List"
	Json parameters = Json::object();
	bool more = false;
	bool oneway = false;
	bool upgrade = false;

	/// "io.failover" and "List".
	[[nodiscard]] std::string_view interface_name() const;
	[[nodiscard]] std::string_view method_name() const;
};

struct Answer {
	Json parameters = Json::object();
	bool continues = false;
	std::string error; ///< qualified name, empty: success
};

/// Errors name the field and what was expected there.
[[nodiscard]] Result<Call> to_call(const Json &message);
[[nodiscard]] Result<Answer> to_answer(const Json &message);
[[nodiscard]] Json to_message(const Call &call);
[[nodiscard]] Json to_message(const Answer &answer);

} // namespace failover::control
