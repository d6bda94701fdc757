// SPDX-License-Identifier: GPL-2.0-only
#include "render/text.hpp"
#include "verbs/verbs.hpp"

#include <fmt/format.h>

namespace failover::ctl {

namespace {

int run(const Context &context) {
	auto client = context.connect();
	if (!client)
		return kUnreachable;
	const auto masters = client->reload();
	if (!masters)
		return context.fail(masters.error());
	if (context.json)
		Context::print_json({{"masters", *masters}});
	else
		Context::print(fmt::format("Configuration read again, {}.\n",
					   counted(static_cast<std::uint64_t>(*masters), "master")));
	return kOk;
}

} // namespace

void add_verb_reload(CLI::App &app, Context &context) {
	auto *verb =
	    app.add_subcommand("reload", "Read the configuration again; refused as a whole if any part is wrong");
	verb->callback([&context] { context.run = [&context] { return run(context); }; });
}

} // namespace failover::ctl
