// SPDX-License-Identifier: GPL-2.0-only
// One process the harness asked for, with what it wrote.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace failover::agent {

struct Command {
	std::vector<std::string> argv;
	std::map<std::string, std::string> environment; ///< over the agent's own
	std::string input;
};

/// What one of the two output pipes brought. What exceeds the bound is dropped, the latest is kept.
class Captured {
public:
	void append(std::string_view bytes);
	[[nodiscard]] const std::string &text() const { return text_; }
	[[nodiscard]] bool cut() const { return cut_; }

private:
	std::string text_;
	bool cut_ = false;
};

class Child {
public:
	/// Start it in a session of its own; fails with the reason of execvp.
	[[nodiscard]] static Result<Child> spawn(const Command &command);

	[[nodiscard]] pid_t pid() const { return pid_; }
	[[nodiscard]] int out_fd() const { return out_.get(); } ///< -1: closed
	[[nodiscard]] int err_fd() const { return err_.get(); }
	[[nodiscard]] const Captured &output() const { return output_; }
	[[nodiscard]] const Captured &errors() const { return errors_; }
	/// Take in what the pipes hold now, without waiting.
	void drain();
	/// It ended with this wait status. Grandchildren may keep the pipes open: they are not waited for.
	void ended(int wait_status);
	/// Exit code, or minus the signal's number; nothing while it runs.
	[[nodiscard]] std::optional<int> result() const { return result_; }
	/// To its whole session.
	[[nodiscard]] Status signal(int number) const;

private:
	Child() = default;

	pid_t pid_ = -1;
	UniqueFd out_;
	UniqueFd err_;
	Captured output_;
	Captured errors_;
	std::optional<int> result_;
};

} // namespace failover::agent
