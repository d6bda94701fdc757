// SPDX-License-Identifier: GPL-2.0-only
#include "control/types_json.hpp"
#include "render/text.hpp"
#include "verbs/verbs.hpp"

#include <fmt/format.h>
#include <linux/fom_abi.h>

namespace failover::ctl {

namespace {

/// A daemon that is away is no failure here: this program's own version was asked for too.
int run(const Context &context) {
	auto client = context.try_connect();
	auto daemon = client ? client->version() : control::transport_failed(client.error());
	if (context.json) {
		Context::print_json({{"failoverctl", {{"version", FAILOVER_VERSION}, {"abi", FOM_ABI_VERSION}}},
				     {"failoverd", daemon ? control::to_json(*daemon) : nlohmann::json(nullptr)}});
		return kOk;
	}
	Context::print(fmt::format("failoverctl {} (ABI {})\n", FAILOVER_VERSION, FOM_ABI_VERSION));
	if (daemon)
		Context::print(fmt::format("failoverd   {} (ABI {}), pid {}, running since {}; {}\nkernel      {}\n",
					   daemon->version, daemon->abi, daemon->pid, absolute_time(daemon->started),
					   time_ago(daemon->started, context.view().now), daemon->kernel));
	else
		Context::print(fmt::format("failoverd   does not answer: {}\n", daemon.error().message()));
	return kOk;
}

} // namespace

void add_verb_version(CLI::App &app, Context &context) {
	auto *verb = app.add_subcommand("version", "Versions of this program, the daemon and the kernel");
	verb->callback([&context] { context.run = [&context] { return run(context); }; });
}

} // namespace failover::ctl
