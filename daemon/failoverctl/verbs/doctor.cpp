// SPDX-License-Identifier: GPL-2.0-only
#include "render/doctor.hpp"
#include "checks.hpp"
#include "verbs/verbs.hpp"

#include <linux/fom_abi.h>

namespace failover::ctl {

namespace {

Evidence gather(const Context &context) {
	Evidence evidence;
	evidence.own_version = FAILOVER_VERSION;
	evidence.own_abi = FOM_ABI_VERSION;
	evidence.now = context.view().now;
	auto snapshot = context.try_snapshot();
	if (!snapshot) {
		evidence.daemon_error = snapshot.error().message.substr(0, snapshot.error().message.find('\n'));
		return evidence;
	}
	evidence.masters = std::move(snapshot->masters);
	evidence.daemon_error = snapshot->daemon_error;
	if (!snapshot->daemon)
		return evidence;
	if (auto version = snapshot->daemon->version())
		evidence.daemon = std::move(*version);
	else
		evidence.daemon_error = version.error().message();
	if (auto events = snapshot->daemon->history({}))
		evidence.events = std::move(*events);
	return evidence;
}

int run(const Context &context) {
	const auto findings = examine(gather(context));
	if (context.json)
		Context::print_json(to_json(findings));
	else
		Context::print(render_doctor(findings, context.view()));
	return unhealthy(findings) ? kUnhealthy : kOk;
}

} // namespace

void add_verb_doctor(CLI::App &app, Context &context) {
	auto *verb = app.add_subcommand("doctor", "Look for trouble and say what to do about it");
	verb->callback([&context] { context.run = [&context] { return run(context); }; });
}

} // namespace failover::ctl
