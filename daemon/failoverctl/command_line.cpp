// SPDX-License-Identifier: GPL-2.0-only
#include "command_line.hpp"

#include "verbs/verbs.hpp"

namespace failover::ctl {

void describe_command_line(CLI::App &app, Context &context) {
	app.description("Shows and changes which NIC carries the traffic of a failover master.");
	app.footer("Without a verb: status. Exit codes: 0 fine, 1 failed, 2 usage, 3 no such master or slave,\n"
		   "4 not permitted, 5 failoverd does not answer, 6 doctor found something. See failoverctl(1).");
	app.fallthrough();
	app.require_subcommand(0, 1);
	app.add_flag("--json", context.json, "Print state as JSON, in the shapes of io.failover.varlink");
	app.add_flag("-l,--full", context.full, "Do not shorten lines to the width of the terminal");
	app.add_option("--socket", context.socket, "Socket of failoverd")->type_name("PATH")->capture_default_str();
	// For laboratories that mount bpffs elsewhere; not for every day, so not in the help.
	app.add_option("--pins", context.pins, "Directory of the kernel's pinned state")->type_name("PATH")->group("");
	app.add_option("--color", context.colour, "Colours: auto (on a terminal), always, never")
	    ->type_name("WHEN")
	    ->check(CLI::IsMember({"auto", "always", "never"}))
	    ->capture_default_str();
	app.set_version_flag("--version", "failoverctl " FAILOVER_VERSION, "Print the version of this program");

	add_verb_status(app, context);
	add_verb_list(app, context);
	add_verb_show(app, context);
	add_verb_switch(app, context);
	add_verb_attach(app, context);
	add_verb_detach(app, context);
	add_verb_monitor(app, context);
	add_verb_events(app, context);
	add_verb_stats(app, context);
	add_verb_probe(app, context);
	add_verb_doctor(app, context);
	add_verb_metrics(app, context);
	add_verb_reload(app, context);
	add_verb_version(app, context);
	add_verb_completion(app, context);
}

int run_command(int argc, const char *const *argv) {
	Context context;
	CLI::App app("", "failoverctl");
	describe_command_line(app, context);
	try {
		app.parse(argc, argv);
		if (!context.run)
			app.parse("status", false);
	} catch (const CLI::ParseError &error) {
		return app.exit(error) == 0 ? kOk : kUsage;
	}
	return context.run();
}

} // namespace failover::ctl
