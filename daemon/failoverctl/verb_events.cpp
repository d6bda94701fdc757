// SPDX-License-Identifier: GPL-2.0-only
#include "control/types_json.hpp"
#include "follow.hpp"
#include "render_events.hpp"
#include "verbs.hpp"

namespace failover::ctl {

namespace {

int run(const Context &context, const control::EventQuery &query) {
	auto client = context.connect();
	if (!client)
		return kUnreachable;
	const auto events = client->history(query);
	if (!events)
		return context.fail(events.error());
	if (context.json)
		Context::print_json({{"events", control::to_json(*events)}});
	else if (events->empty())
		Context::note("nothing happened since failoverd was started.");
	else
		Context::print(render_events(*events, context.view()));
	return kOk;
}

} // namespace

void add_verb_events(CLI::App &app, Context &context) {
	auto query = std::make_shared<control::EventQuery>();
	auto wait = std::make_shared<bool>(false);
	auto *verb = app.add_subcommand("events", "What happened, oldest first");
	verb->add_option("MASTER", query->master, "Only this master");
	verb->add_option("-n,--lines", query->limit, "At most this many, the youngest");
	verb->add_flag("-f,--follow", *wait, "Go on as things happen");
	verb->callback([&context, query, wait] {
		context.run = [&context, query, wait] {
			return *wait ? follow(context, *query) : run(context, *query);
		};
	});
}

} // namespace failover::ctl
