// SPDX-License-Identifier: GPL-2.0-only
#include "control/types_json.hpp"
#include "render/text.hpp"
#include "render/words.hpp"
#include "verbs/verbs.hpp"

#include <fmt/format.h>

namespace failover::ctl {

namespace {

int run(const Context &context, const control::SwitchRequest &request) {
	auto client = context.connect();
	if (!client)
		return kUnreachable;
	const auto change = client->switch_active(request);
	if (!change)
		return context.fail(change.error());
	if (context.json)
		Context::print_json({{"switch", control::to_json(*change)}});
	else if (request.to == control::kNoChoice)
		Context::print(fmt::format("{}: goes by its policy again\n", request.master));
	else
		Context::print(fmt::format("{}: {}\n", request.master, switch_words(*change, context.view())));
	return kOk;
}

} // namespace

void add_verb_switch(CLI::App &app, Context &context) {
	auto request = std::make_shared<control::SwitchRequest>();
	auto *verb = app.add_subcommand("switch", "Move the traffic to another slave, make before break");
	verb->add_option("MASTER", request->master, "The master")->required();
	verb->add_option("TO", request->to, "A slave's name, or 'primary' or 'standby'; 'auto': forget the last wish")
	    ->required();
	verb->callback([&context, request] { context.run = [&context, request] { return run(context, *request); }; });
}

} // namespace failover::ctl
