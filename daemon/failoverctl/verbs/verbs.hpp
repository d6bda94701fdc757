// SPDX-License-Identifier: GPL-2.0-only
// One function a verb: it puts the verb on the command line; when the user names it, Context::run becomes its work.
#pragma once

#include "context.hpp"

#include <CLI/CLI.hpp>

namespace failover::ctl {

void add_verb_status(CLI::App &app, Context &context);
void add_verb_list(CLI::App &app, Context &context);
void add_verb_show(CLI::App &app, Context &context);
void add_verb_switch(CLI::App &app, Context &context);
void add_verb_attach(CLI::App &app, Context &context);
void add_verb_detach(CLI::App &app, Context &context);
void add_verb_monitor(CLI::App &app, Context &context);
void add_verb_events(CLI::App &app, Context &context);
void add_verb_stats(CLI::App &app, Context &context);
void add_verb_probe(CLI::App &app, Context &context);
void add_verb_doctor(CLI::App &app, Context &context);
void add_verb_metrics(CLI::App &app, Context &context);
void add_verb_reload(CLI::App &app, Context &context);
void add_verb_version(CLI::App &app, Context &context);
void add_verb_completion(CLI::App &app, Context &context);

} // namespace failover::ctl
