// SPDX-License-Identifier: GPL-2.0-only
#include "render/list.hpp"
#include "control/types_json.hpp"
#include "verbs/verbs.hpp"

namespace failover::ctl {

namespace {

int run(const Context &context, bool names) {
	const auto snapshot = context.snapshot();
	if (!snapshot)
		return kUnreachable;
	if (names) {
		for (const auto &master : snapshot->masters)
			Context::print(master.name + "\n");
	} else if (context.json) {
		Context::print_json({{"masters", control::to_json(snapshot->masters)}});
	} else {
		Context::print(render_list(snapshot->masters, context.view()));
	}
	return kOk;
}

} // namespace

void add_verb_list(CLI::App &app, Context &context) {
	auto names = std::make_shared<bool>(false);
	auto *verb = app.add_subcommand("list", "All masters, one line each");
	verb->add_flag("--names", *names, "Only the names, for scripts");
	verb->callback([&context, names] { context.run = [&context, names] { return run(context, *names); }; });
}

} // namespace failover::ctl
