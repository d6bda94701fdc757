// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "context.hpp"

#include <CLI/CLI.hpp>

namespace failover::ctl {

/// Puts the common options and every verb on the command line.
void describe_command_line(CLI::App &app, Context &context);
/// The whole program: parses, runs, returns the exit code.
int run_command(int argc, const char *const *argv);

} // namespace failover::ctl
