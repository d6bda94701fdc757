// SPDX-License-Identifier: GPL-2.0-only
#include "render/stats.hpp"
#include "control/types_json.hpp"
#include "verbs/verbs.hpp"

#include <chrono>
#include <thread>

namespace failover::ctl {

namespace {

struct Options {
	std::string master;
	std::optional<double> watch; ///< seconds
};

using Masters = std::vector<control::MasterState>;

std::optional<Masters> look(const Context &context, const Options &options, int &exit_code) {
	auto snapshot = context.snapshot();
	exit_code = kUnreachable;
	if (!snapshot)
		return std::nullopt;
	auto masters = only(std::move(snapshot->masters), options.master);
	if (masters.empty() && !options.master.empty()) {
		exit_code = context.fail(control::no_such_master(options.master).value());
		return std::nullopt;
	}
	exit_code = kOk;
	return masters;
}

int once(const Context &context, const Options &options) {
	int exit_code = kOk;
	const auto masters = look(context, options, exit_code);
	if (!masters)
		return exit_code;
	if (context.json)
		Context::print_json({{"masters", control::to_json(*masters)}});
	else
		Context::print(render_stats(*masters, context.view()));
	return kOk;
}

int watch(const Context &context, const Options &options) {
	using Clock = std::chrono::steady_clock;
	int exit_code = kOk;
	auto before = look(context, options, exit_code);
	auto then = Clock::now();
	while (before) {
		std::this_thread::sleep_for(std::chrono::duration<double>(*options.watch));
		auto after = look(context, options, exit_code);
		const auto now = Clock::now();
		if (!after)
			break;
		const View view = context.view();
		const std::chrono::duration<double> passed = now - then;
		if (context.json)
			Context::print_json_line({{"time", view.now}, {"masters", control::to_json(*after)}});
		else // On a terminal each look replaces the one before.
			Context::print((view.terminal ? "\x1b[H\x1b[2J" : "") +
				       render_rates(*before, *after, passed.count(), view) + "\n");
		before = std::move(after);
		then = now;
	}
	return exit_code;
}

} // namespace

void add_verb_stats(CLI::App &app, Context &context) {
	auto options = std::make_shared<Options>();
	auto *verb = app.add_subcommand("stats", "Counters of every slave");
	verb->add_option("MASTER", options->master, "Only this master");
	verb->add_option("--watch", options->watch, "Rates instead, every so many seconds, until interrupted")
	    ->check(CLI::Range(0.1, 86400.0));
	verb->callback([&context, options] {
		context.run = [&context, options] {
			return options->watch ? watch(context, *options) : once(context, *options);
		};
	});
}

} // namespace failover::ctl
