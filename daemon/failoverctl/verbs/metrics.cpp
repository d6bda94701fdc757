// SPDX-License-Identifier: GPL-2.0-only
#include "render/metrics.hpp"
#include "verbs/verbs.hpp"

namespace failover::ctl {

namespace {

int run(const Context &context) {
	auto snapshot = context.try_snapshot();
	if (!snapshot) {
		// A scraper still learns that the daemon is away.
		Context::print(render_metrics({}, {}));
		return Context::fail(snapshot.error().message, kUnreachable);
	}
	std::optional<control::VersionInfo> version;
	if (snapshot->daemon) {
		if (auto reply = snapshot->daemon->version())
			version = std::move(*reply);
	}
	Context::print(render_metrics(snapshot->masters, version));
	return kOk;
}

} // namespace

void add_verb_metrics(CLI::App &app, Context &context) {
	auto *verb = app.add_subcommand("metrics", "State and counters as OpenMetrics text");
	verb->callback([&context] { context.run = [&context] { return run(context); }; });
}

} // namespace failover::ctl
