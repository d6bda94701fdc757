// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "control/message.hpp"
#include "control/service.hpp"

#include <functional>
#include <vector>

namespace failover::control {

/// Where the answers to one call go. Exactly one of the two is called, once, now or later.
struct Responder {
	std::function<void(Answer)> answer;
	/// The call was Events: these come first, then whatever happens to the master (all masters when empty).
	std::function<void(std::vector<EventRecord> past, std::optional<std::string> master)> subscribe;
};

/// Carries one call to the service: checks the method, the caller's right to it and the parameters.
void dispatch(Service &service, const Caller &caller, const Call &call, Responder responder);

[[nodiscard]] Answer to_answer(const CallError &error);
[[nodiscard]] Answer event_answer(const EventRecord &event);

} // namespace failover::control
