// SPDX-License-Identifier: GPL-2.0-only
// What the harness can ask of a guest. One request a line, {"id": n, "do": verb, ...}, and one answer a line that
// carries the same id: {"id": n, ...} or {"id": n, "error": sentence}. Answers come when they are ready, in any order.
//
//   ping    -> {}
//   run     argv, env?, input?, timeout_ms      -> rc, stdout, stderr, timed_out; waits for its end
//   start   argv, env?, input?                  -> process
//   look    process                             -> rc (null: it runs), stdout, stderr
//   wait    process, timeout_ms                 -> as run, and forgets the process; on timeout it goes on running
//   signal  process, signal                     -> {}
//   push    path, data (base64), mode?, append? -> {}
//   pull    path, offset?, length?              -> data (base64), end (true: nothing follows)
#pragma once

#include "child.hpp"
#include "port.hpp"

#include <chrono>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace failover::agent {

class Session {
public:
	explicit Session(Port port) : port_(std::move(port)) {}
	/// Serve until the port breaks. `children` is a signalfd for SIGCHLD.
	[[nodiscard]] Status serve(int children);

private:
	using Clock = std::chrono::steady_clock;

	/// Somebody waits for a process to end.
	struct Waiter {
		long id = 0;
		pid_t process = -1;
		Clock::time_point deadline;
		bool kill = false; ///< at the deadline: the process has no other owner
	};

	[[nodiscard]] Status answer(long id, nlohmann::json body);
	[[nodiscard]] Status handle(const std::string &line);
	[[nodiscard]] Result<nlohmann::json> act(long id, const nlohmann::json &request);
	[[nodiscard]] Result<nlohmann::json> start(const nlohmann::json &request);
	void reap();
	[[nodiscard]] Status answer_waiters();
	[[nodiscard]] int until_next_deadline() const;

	Port port_;
	std::map<pid_t, Child> processes_;
	std::vector<Waiter> waiters_;
};

} // namespace failover::agent
