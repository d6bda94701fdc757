// SPDX-License-Identifier: GPL-2.0-only
#include "follow.hpp"
#include "verbs.hpp"

namespace failover::ctl {

void add_verb_monitor(CLI::App &app, Context &context) {
	auto query = std::make_shared<control::EventQuery>();
	query->limit = 0;
	auto *verb = app.add_subcommand("monitor", "Events as they happen, until interrupted");
	verb->add_option("MASTER", query->master, "Only this master");
	verb->add_option("-n,--lines", query->limit, "Begin with this many past events");
	verb->callback([&context, query] { context.run = [&context, query] { return follow(context, *query); }; });
}

} // namespace failover::ctl
