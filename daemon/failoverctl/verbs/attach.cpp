// SPDX-License-Identifier: GPL-2.0-only
#include "control/types_json.hpp"
#include "render/status.hpp"
#include "verbs/verbs.hpp"

namespace failover::ctl {

namespace {

int run(const Context &context, const std::string &standby, const std::string &primary) {
	auto client = context.connect();
	if (!client)
		return kUnreachable;
	control::AttachRequest request{standby, {}};
	if (!primary.empty())
		request.primary = primary;
	const auto master = client->attach(request);
	if (!master)
		return context.fail(master.error());
	if (context.json)
		Context::print_json({{"master", control::to_json(*master)}});
	else
		Context::print(render_master(*master, {}, context.view()));
	return kOk;
}

} // namespace

void add_verb_attach(CLI::App &app, Context &context) {
	auto standby = std::make_shared<std::string>();
	auto primary = std::make_shared<std::string>();
	auto *verb =
	    app.add_subcommand("attach", "Put a master over a live interface; it takes name and configuration");
	verb->add_option("STANDBY", *standby, "The paravirtual interface")->required();
	verb->add_option("PRIMARY", *primary, "The passthrough interface; default: the one of the same MAC");
	verb->callback([&context, standby, primary] {
		context.run = [&context, standby, primary] { return run(context, *standby, *primary); };
	});
}

} // namespace failover::ctl
