// SPDX-License-Identifier: GPL-2.0-only
#include "render/status.hpp"
#include "control/types_json.hpp"
#include "verbs/verbs.hpp"

#include <fmt/format.h>

namespace failover::ctl {

namespace {

struct Options {
	std::string master;
	std::uint32_t events = 5;
};

/// The story so far; without a daemon nobody remembers it.
std::vector<control::EventRecord> recent_events(Snapshot &snapshot, const Options &options) {
	if (!snapshot.daemon || options.events == 0)
		return {};
	control::EventQuery query;
	if (!options.master.empty()) {
		query.master = options.master;
		query.limit = options.events;
	}
	auto events = snapshot.daemon->history(query);
	return events ? std::move(*events) : std::vector<control::EventRecord>{};
}

int run(const Context &context, const Options &options) {
	auto snapshot = context.snapshot();
	if (!snapshot)
		return kUnreachable;
	const auto masters = only(std::move(snapshot->masters), options.master);
	if (masters.empty() && !options.master.empty())
		return context.fail(control::no_such_master(options.master).value());
	if (context.json)
		Context::print_json({{"masters", control::to_json(masters)}});
	else
		Context::print(
		    render_status(masters, recent_events(*snapshot, options), options.events, context.view()));
	return kOk;
}

} // namespace

void add_verb_status(CLI::App &app, Context &context) {
	auto options = std::make_shared<Options>();
	auto *verb = app.add_subcommand("status", "Which slave carries the traffic, since when and why");
	verb->add_option("MASTER", options->master, "Only this master");
	verb->add_option("-n,--events", options->events, "How many past events to show of each master")
	    ->capture_default_str();
	verb->callback([&context, options] { context.run = [&context, options] { return run(context, *options); }; });
}

} // namespace failover::ctl
