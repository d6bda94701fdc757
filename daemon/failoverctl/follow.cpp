// SPDX-License-Identifier: GPL-2.0-only
#include "follow.hpp"

#include "control/types_json.hpp"
#include "render_events.hpp"

namespace failover::ctl {

int follow(const Context &context, const control::EventQuery &query) {
	auto client = context.connect();
	if (!client)
		return kUnreachable;
	const View view = context.view();
	const auto ended = client->follow(query, [&](const control::EventRecord &event) {
		if (context.json)
			Context::print_json_line(control::to_json(event));
		else
			Context::print(render_event(event, view));
		return true;
	});
	return ended ? static_cast<int>(kOk) : context.fail(ended.error());
}

} // namespace failover::ctl
