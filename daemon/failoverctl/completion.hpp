// SPDX-License-Identifier: GPL-2.0-only
// Completion scripts, made from the command line itself so that they cannot fall behind.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace failover::ctl {

struct OptionHelp {
	std::vector<std::string> names; ///< "-n", "--lines"
	std::string description;
	bool takes_value = false;
};

struct VerbHelp {
	std::string name;
	std::string description;
	std::vector<OptionHelp> options;
	std::vector<std::string> arguments; ///< "MASTER", "TO", "SHELL", ...
};

struct CommandHelp {
	std::vector<OptionHelp> options; ///< taken by every verb
	std::vector<VerbHelp> verbs;
};

[[nodiscard]] CommandHelp describe(const CLI::App &app);
/// `shell` is "bash", "zsh" or "fish".
[[nodiscard]] std::string completion_script(std::string_view shell, const CommandHelp &command);

} // namespace failover::ctl
