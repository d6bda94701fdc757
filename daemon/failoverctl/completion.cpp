// SPDX-License-Identifier: GPL-2.0-only
#include "completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace failover::ctl {

namespace {

std::vector<OptionHelp> options_of(const CLI::App &app) {
	std::vector<OptionHelp> out;
	for (const CLI::Option *option : app.get_options()) {
		const bool help_of_verb = option == app.get_help_ptr() && app.get_parent() != nullptr;
		if (option->get_positional() || option->get_group().empty() || help_of_verb)
			continue;
		OptionHelp help{{}, option->get_description(), option->get_items_expected_max() > 0};
		for (const auto &name : option->get_snames())
			help.names.push_back("-" + name);
		for (const auto &name : option->get_lnames())
			help.names.push_back("--" + name);
		out.push_back(std::move(help));
	}
	return out;
}

/// What may stand for an argument: a shell command that prints candidates, or the candidates themselves.
struct Candidates {
	std::string command;
	std::string words;
};

Candidates candidates_for(std::string_view argument) {
	if (argument == "MASTER")
		return {"failoverctl list --names 2>/dev/null", ""};
	if (argument == "STANDBY" || argument == "PRIMARY")
		return {"ls /sys/class/net", ""};
	if (argument == "TO")
		return {"", "primary standby auto"};
	if (argument == "SHELL")
		return {"", "bash zsh fish"};
	return {};
}

std::string option_words(const std::vector<OptionHelp> &options) {
	std::string out;
	for (const OptionHelp &option : options)
		out += fmt::format("{}{}", out.empty() ? "" : " ", fmt::join(option.names, " "));
	return out;
}

/// In single quotes: zsh and fish read them literally but for the quote itself.
std::string single_quoted(std::string_view text) {
	std::string out = "'";
	for (const char c : text)
		out += c == '\'' ? std::string("'\\''") : std::string(1, c);
	return out + "'";
}

/// zsh's _arguments gives colons and brackets a meaning.
std::string zsh_text(std::string_view text) {
	std::string out;
	for (const char c : text) {
		if (c == ':' || c == '[' || c == ']' || c == '\\')
			out += '\\';
		out += c;
	}
	return out;
}

/// "--socket|--color|-n": what a value follows.
std::string value_options(const CommandHelp &command) {
	std::set<std::string> names;
	const auto collect = [&](const std::vector<OptionHelp> &options) {
		for (const OptionHelp &option : options) {
			if (option.takes_value)
				names.insert(option.names.begin(), option.names.end());
		}
	};
	collect(command.options);
	for (const VerbHelp &verb : command.verbs)
		collect(verb.options);
	return fmt::to_string(fmt::join(names, "|"));
}

std::string bash_script(const CommandHelp &command) {
	std::vector<std::string> names;
	std::string cases;
	for (const VerbHelp &verb : command.verbs) {
		names.push_back(verb.name);
		std::string arguments;
		for (std::size_t i = 0; i < verb.arguments.size(); ++i) {
			const auto [source, words] = candidates_for(verb.arguments[i]);
			const std::string list = source.empty() ? words : fmt::format("$({})", source);
			arguments += fmt::format("\t\t[ $place -eq {} ] && words=\"{}\"\n", i, list);
		}
		cases += fmt::format("\t{})\n\t\toptions=\"$options {}\"\n{}\t\t;;\n", verb.name,
				     option_words(verb.options), arguments);
	}
	return fmt::format(R"(# bash completion for failoverctl
_failoverctl() {{
	local word verb="" place=0 words="" options="{0}" i
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${{COMP_WORDS[i]}}
		case $word in
		{3}) ((i++)) ;;
		-*) ;;
		*) if [ -z "$verb" ]; then verb=$word; else ((place++)); fi ;;
		esac
	done
	case $verb in
	"") words="{1}" ;;
{2}	esac
	case ${{COMP_WORDS[COMP_CWORD]}} in
	-*) words=$options ;;
	esac
	COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -F _failoverctl failoverctl
)",
			   option_words(command.options), fmt::join(names, " "), cases, value_options(command));
}

std::string zsh_options(const std::vector<OptionHelp> &options) {
	std::string out;
	for (const OptionHelp &option : options) {
		for (const std::string &name : option.names)
			out +=
			    fmt::format(" {}", single_quoted(fmt::format("{}[{}]{}", name, zsh_text(option.description),
									 option.takes_value ? ":value:" : "")));
	}
	return out;
}

std::string zsh_script(const CommandHelp &command) {
	std::string verbs;
	std::string cases;
	for (const VerbHelp &verb : command.verbs) {
		verbs += fmt::format("\t\t{}\n", single_quoted(verb.name + ":" + zsh_text(verb.description)));
		std::string arguments;
		for (const std::string &argument : verb.arguments) {
			const auto [source, words] = candidates_for(argument);
			const std::string action =
			    source.empty() ? fmt::format("({})", words) : fmt::format("($({}))", source);
			arguments += fmt::format(" \":{}:{}\"", argument, action);
		}
		cases +=
		    fmt::format("\t{}) _arguments $common{}{} ;;\n", verb.name, zsh_options(verb.options), arguments);
	}
	return fmt::format(R"(#compdef failoverctl
_failoverctl() {{
	local context state line
	local -a verbs common
	common=({0})
	verbs=(
{1}	)
	_arguments -C $common '1:verb:->verb' '*::argument:->argument'
	case $state in
	verb) _describe verb verbs; return ;;
	esac
	case $line[1] in
{2}	esac
}}
compdef _failoverctl failoverctl
)",
			   zsh_options(command.options), verbs, cases);
}

std::string fish_option(const OptionHelp &option, std::string_view condition) {
	std::string names;
	for (const std::string &name : option.names)
		names += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
	return fmt::format("complete -c failoverctl{}{}{} -d {}\n", condition, names, option.takes_value ? " -x" : "",
			   single_quoted(option.description));
}

std::string fish_script(const CommandHelp &command) {
	std::string out = "# fish completion for failoverctl\ncomplete -c failoverctl -f\n";
	for (const OptionHelp &option : command.options)
		out += fish_option(option, "");
	for (const VerbHelp &verb : command.verbs)
		out += fmt::format("complete -c failoverctl -n __fish_use_subcommand -a {} -d {}\n", verb.name,
				   single_quoted(verb.description));
	for (const VerbHelp &verb : command.verbs) {
		const std::string condition =
		    fmt::format(" -n {}", single_quoted("__fish_seen_subcommand_from " + verb.name));
		for (const OptionHelp &option : verb.options)
			out += fish_option(option, condition);
		for (const std::string &argument : verb.arguments) {
			const auto [source, words] = candidates_for(argument);
			out += fmt::format("complete -c failoverctl{} -a {}\n", condition,
					   single_quoted(source.empty() ? words : fmt::format("({})", source)));
		}
	}
	return out;
}

} // namespace

CommandHelp describe(const CLI::App &app) {
	CommandHelp command{options_of(app), {}};
	for (const CLI::App *verb : app.get_subcommands({})) {
		VerbHelp help{verb->get_name(), verb->get_description(), options_of(*verb), {}};
		for (const CLI::Option *option : verb->get_options()) {
			if (option->get_positional())
				help.arguments.push_back(option->get_name(true));
		}
		command.verbs.push_back(std::move(help));
	}
	return command;
}

std::string completion_script(std::string_view shell, const CommandHelp &command) {
	if (shell == "zsh")
		return zsh_script(command);
	if (shell == "fish")
		return fish_script(command);
	return bash_script(command);
}

} // namespace failover::ctl
