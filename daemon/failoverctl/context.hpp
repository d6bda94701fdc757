// SPDX-License-Identifier: GPL-2.0-only
// What every verb has at hand: the common options, the daemon, the two output streams.
#pragma once

#include "control/client.hpp"
#include "control/state_source.hpp"
#include "exit_code.hpp"
#include "kernel_source.hpp"
#include "render/view.hpp"

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace failover::ctl {

/// The masters and who told.
struct Snapshot {
	std::vector<control::MasterState> masters;
	control::StateOrigin origin = control::StateOrigin::Daemon;
	std::optional<control::Client> daemon; ///< set when origin is Daemon
	std::string daemon_error;              ///< set when it is not
};

class Context {
public:
	std::string socket = control::kSocketPath;
	/// Where the kernel's own state is looked for while no daemon answers.
	std::string pins = kPinDirectory;
	std::string colour = "auto";
	bool json = false;
	bool full = false; ///< do not cut lines at the edge of the terminal
	/// Set by the verb that was named on the command line.
	std::function<int()> run;

	[[nodiscard]] View view() const { return view_of_stdout(colour, full); }
	/// Connects to the daemon; tells the user and returns nothing where that fails.
	[[nodiscard]] std::optional<control::Client> connect() const;
	[[nodiscard]] Result<control::Client> try_connect() const;
	/// From the daemon, or else from the kernel with a note that says so; nothing after the user has been told why.
	[[nodiscard]] std::optional<Snapshot> snapshot() const;
	/// The same without a word.
	[[nodiscard]] Result<Snapshot> try_snapshot() const;

	/// Tells what went wrong and what to do; returns the exit code for it.
	int fail(const control::CallError &error) const;
	static int fail(std::string_view message, ExitCode code);
	static void note(std::string_view message);
	/// On standard output at once, not when a buffer is full: somebody may be watching.
	static void print(std::string_view text);
	static void print_json(const nlohmann::json &value);
	/// JSON Lines: one value a line, for output that has no end to wait for.
	static void print_json_line(const nlohmann::json &value);
};

/// Of `masters` those called `name`, all when empty.
[[nodiscard]] std::vector<control::MasterState> only(std::vector<control::MasterState> masters,
						     const std::string &name);

} // namespace failover::ctl
