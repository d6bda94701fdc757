// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/verbs.hpp"

#include <fmt/format.h>

namespace failover::ctl {

namespace {

int run(const Context &context, const std::string &name) {
	auto client = context.connect();
	if (!client)
		return kUnreachable;
	const auto detached = client->detach(name);
	if (!detached)
		return context.fail(detached.error());
	if (context.json)
		Context::print_json(nlohmann::json::object());
	else
		Context::print(fmt::format("{}: detached, the standby has its name and configuration back\n", name));
	return kOk;
}

} // namespace

void add_verb_detach(CLI::App &app, Context &context) {
	auto name = std::make_shared<std::string>();
	auto *verb = app.add_subcommand("detach", "Undo attach: the standby gets its name and configuration back");
	verb->add_option("MASTER", *name, "The master")->required();
	verb->callback([&context, name] { context.run = [&context, name] { return run(context, *name); }; });
}

} // namespace failover::ctl
