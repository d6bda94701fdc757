// SPDX-License-Identifier: GPL-2.0-only
#include "control/types_json.hpp"
#include "render/status.hpp"
#include "verbs/verbs.hpp"

namespace failover::ctl {

namespace {

int run(const Context &context, const std::string &name) {
	auto snapshot = context.snapshot();
	if (!snapshot)
		return kUnreachable;
	const auto masters = only(std::move(snapshot->masters), name);
	if (masters.empty())
		return context.fail(control::no_such_master(name).value());
	if (context.json)
		Context::print_json({{"master", control::to_json(masters.front())}});
	else
		Context::print(render_master(masters.front(), {}, context.view()));
	return kOk;
}

} // namespace

void add_verb_show(CLI::App &app, Context &context) {
	auto name = std::make_shared<std::string>();
	auto *verb = app.add_subcommand("show", "One master without its history");
	verb->add_option("MASTER", *name, "The master")->required();
	verb->callback([&context, name] { context.run = [&context, name] { return run(context, *name); }; });
}

} // namespace failover::ctl
