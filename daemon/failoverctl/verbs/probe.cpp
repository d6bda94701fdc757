// SPDX-License-Identifier: GPL-2.0-only
#include "render/probe.hpp"
#include "control/types_json.hpp"
#include "verbs/verbs.hpp"

namespace failover::ctl {

namespace {

int run(const Context &context) {
	auto client = context.connect();
	if (!client)
		return kUnreachable;
	const auto report = client->probe();
	if (!report)
		return context.fail(report.error());
	if (context.json)
		Context::print_json(control::to_json(*report));
	else
		Context::print(render_probe(*report, context.view()));
	return kOk;
}

} // namespace

void add_verb_probe(CLI::App &app, Context &context) {
	auto *verb = app.add_subcommand("probe", "What this kernel can do, what was chosen and why");
	verb->callback([&context] { context.run = [&context] { return run(context); }; });
}

} // namespace failover::ctl
