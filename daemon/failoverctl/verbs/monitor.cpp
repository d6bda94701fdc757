// SPDX-License-Identifier: GPL-2.0-only
#include "follow.hpp"
#include "verbs/verbs.hpp"

namespace failover::ctl {

void add_verb_monitor(CLI::App &app, Context &context) {
	auto query = std::make_shared<FollowQuery>();
	query->events.limit = 0;
	auto *verb = app.add_subcommand("monitor", "Events as they happen, until interrupted");
	verb->add_option("MASTER", query->events.master, "Only this master");
	verb->add_option("-n,--lines", query->events.limit, "Begin with this many past events");
	verb->add_flag("--no-wait", query->no_wait, "End when failoverd goes away, instead of waiting for it");
	verb->callback([&context, query] { context.run = [&context, query] { return follow(context, *query); }; });
}

} // namespace failover::ctl
