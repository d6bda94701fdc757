// SPDX-License-Identifier: GPL-2.0-only
// What answers the calls of io.failover: failoverd implements Service, the server carries calls to it.
#pragma once

#include "control/call_error.hpp"
#include "control/types.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace failover::control {

/// Who is at the other end of a connection, as the kernel saw it when the connection was made.
struct Caller {
	uid_t uid = static_cast<uid_t>(-1);
	pid_t pid = 0;
	bool privileged = false; ///< root or CAP_NET_ADMIN: may change things
};

/// The answer to a call that may take a while: keep it, call it once, now or later. If every copy goes away
/// without an answer the caller is told that the request was dropped, so nobody waits for ever.
template <typename T> class Completion {
public:
	using Callback = std::function<void(Reply<T>)>;

	explicit Completion(Callback callback) : state_(std::make_shared<State>(std::move(callback))) {}
	void operator()(Reply<T> reply) const { state_->finish(std::move(reply)); }

private:
	struct State {
		explicit State(Callback done) : callback(std::move(done)) {}
		State(const State &) = delete;
		State &operator=(const State &) = delete;
		~State() { finish(refused("the daemon dropped the request without an answer; see its log")); }
		void finish(Reply<T> reply) {
			if (const Callback once = std::exchange(callback, nullptr))
				once(std::move(reply));
		}
		Callback callback;
	};
	std::shared_ptr<State> state_;
};

/// One virtual for each method of io.failover. Callers of changing methods are privileged already: the server
/// refuses everybody else with NotPermitted.
class Service {
public:
	virtual ~Service() = default;

	virtual std::vector<MasterState> list(const Caller &caller) = 0;
	virtual Reply<MasterState> show(const Caller &caller, const std::string &master) = 0;
	/// Past events, oldest first; serves both Events (before it goes live) and History.
	virtual Reply<std::vector<EventRecord>> events(const Caller &caller, const EventQuery &query) = 0;
	virtual ProbeReport probe(const Caller &caller) = 0;
	virtual VersionInfo version(const Caller &caller) = 0;

	virtual void switch_active(const Caller &caller, const SwitchRequest &request,
				   Completion<SwitchRecord> done) = 0;
	virtual void attach(const Caller &caller, const AttachRequest &request, Completion<MasterState> done) = 0;
	virtual void detach(const Caller &caller, const std::string &master, Completion<void> done) = 0;
	/// Answers with the number of masters configured now.
	virtual void reload(const Caller &caller, Completion<std::int64_t> done) = 0;

	/// The server let a client go (too slow, too many connections, nonsense on the wire). For the log.
	virtual void client_dropped(const Caller &, std::string_view) {}
};

} // namespace failover::control
