// SPDX-License-Identifier: GPL-2.0-only
#include "follow.hpp"

#include "base/clock.hpp"
#include "control/types_json.hpp"
#include "daemon_return.hpp"
#include "render/events.hpp"

#include <cerrno>
#include <utility>

namespace failover::ctl {

namespace {

/// What we say ourselves: an event like others for programs, a note for people.
void tell(const Context &context, const char *kind, const char *message) {
	if (!context.json)
		return Context::note(message);
	control::EventRecord event;
	event.time = wall_clock_us(boottime_now());
	event.kind = kind;
	event.message = message;
	Context::print_json_line(control::to_json(event));
}

/// Tells one daemon from the next; nothing where it does not say.
std::pair<std::int64_t, std::int64_t> identity_of(control::Client &daemon) {
	const auto version = daemon.version();
	return version ? std::pair{version->pid, version->started} : std::pair<std::int64_t, std::int64_t>{};
}

bool went_away(const control::CallError &error) {
	return error.name.empty() && error.transport.code == ECONNRESET;
}

} // namespace

int follow(const Context &context, const FollowQuery &query) {
	auto client = context.connect();
	if (!client)
		return kUnreachable;
	const View view = context.view();
	control::EventQuery events = query.events;
	for (auto known = identity_of(*client);;) {
		const auto ended = client->follow(events, [&](const control::EventRecord &event) {
			if (context.json)
				Context::print_json_line(control::to_json(event));
			else
				Context::print(render_event(event, view));
			return true;
		});
		if (ended)
			return kOk;
		if (query.no_wait || !went_away(ended.error()))
			return context.fail(ended.error());
		DaemonReturn daemon(context.socket);
		tell(context, "daemon-gone", "failoverd went away, traffic does not depend on it; waiting for it.");
		auto back = daemon.wait();
		if (!back)
			return context.fail(control::transport_failed(std::move(back.error())).value());
		tell(context, "daemon-back", "failoverd is back.");
		client = std::move(*back);
		// All that another daemon has to tell is news; of the same one we know the past.
		const auto now = identity_of(*client);
		events.limit = now.first != 0 && now == known ? std::optional(0U) : std::nullopt;
		known = now;
	}
}

} // namespace failover::ctl
