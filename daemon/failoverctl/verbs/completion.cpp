// SPDX-License-Identifier: GPL-2.0-only
#include "completion.hpp"
#include "verbs/verbs.hpp"

namespace failover::ctl {

void add_verb_completion(CLI::App &app, Context &context) {
	auto shell = std::make_shared<std::string>();
	auto *verb = app.add_subcommand("completion", "Print a completion script for a shell");
	verb->add_option("SHELL", *shell, "bash, zsh or fish")
	    ->required()
	    ->check(CLI::IsMember({"bash", "zsh", "fish"}));
	verb->callback([&app, &context, shell] {
		context.run = [&app, shell] {
			Context::print(completion_script(*shell, describe(app)));
			return static_cast<int>(kOk);
		};
	});
}

} // namespace failover::ctl
