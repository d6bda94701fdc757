// SPDX-License-Identifier: GPL-2.0-only
#include "render/events.hpp"
#include "control/types_json.hpp"
#include "follow.hpp"
#include "verbs/verbs.hpp"

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
	auto query = std::make_shared<FollowQuery>();
	auto wait = std::make_shared<bool>(false);
	auto *verb = app.add_subcommand("events", "What happened, oldest first");
	verb->add_option("MASTER", query->events.master, "Only this master");
	verb->add_option("-n,--lines", query->events.limit, "At most this many, the youngest");
	auto *following = verb->add_flag("-f,--follow", *wait, "Go on as things happen");
	verb->add_flag("--no-wait", query->no_wait, "End when failoverd goes away, instead of waiting for it")
	    ->needs(following);
	verb->callback([&context, query, wait] {
		context.run = [&context, query, wait] {
			return *wait ? follow(context, *query) : run(context, query->events);
		};
	});
}

} // namespace failover::ctl
