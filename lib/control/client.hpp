// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"
#include "control/codec.hpp"
#include "control/message.hpp"
#include "control/types.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace failover::control {

inline constexpr const char *kSocketPath = "/run/failoverd/io.failover";

/// A blocking connection to failoverd, for programs. Nothing waits longer than the timeout, except the wait for the
/// next event of follow().
class Client {
public:
	/// Long enough for a make-before-break switch over a slow link, short enough for a person.
	static constexpr std::chrono::milliseconds kTimeout{10'000};

	[[nodiscard]] static Result<Client> connect(const std::string &path = kSocketPath,
						    std::chrono::milliseconds timeout = kTimeout);
	/// Speaks over a connected stream socket.
	[[nodiscard]] static Client over(UniqueFd socket, std::chrono::milliseconds timeout = kTimeout);

	/// One call, one reply: its parameters.
	[[nodiscard]] Reply<Json> call(const std::string &method, Json parameters = Json::object());
	/// One call, many replies, each given to `on_reply` until it returns false or the server says it was the last.
	[[nodiscard]] Reply<void> call_more(const std::string &method, Json parameters,
					    const std::function<bool(const Json &)> &on_reply);

	[[nodiscard]] Reply<std::vector<MasterState>> list();
	[[nodiscard]] Reply<MasterState> show(const std::string &master);
	[[nodiscard]] Reply<SwitchRecord> switch_active(const SwitchRequest &request);
	[[nodiscard]] Reply<MasterState> attach(const AttachRequest &request);
	[[nodiscard]] Reply<void> detach(const std::string &master);
	[[nodiscard]] Reply<std::vector<EventRecord>> history(const EventQuery &query);
	[[nodiscard]] Reply<void> follow(const EventQuery &query,
					 const std::function<bool(const EventRecord &)> &on_event);
	[[nodiscard]] Reply<ProbeReport> probe();
	[[nodiscard]] Reply<VersionInfo> version();
	[[nodiscard]] Reply<std::int64_t> reload();

private:
	using Deadline = std::optional<std::chrono::steady_clock::time_point>;

	Client(UniqueFd socket, std::chrono::milliseconds timeout) : socket_(std::move(socket)), timeout_(timeout) {}
	[[nodiscard]] Deadline deadline() const { return std::chrono::steady_clock::now() + timeout_; }
	[[nodiscard]] Status wait_for(short events, const Deadline &deadline) const;
	[[nodiscard]] Status send(const Call &call);
	[[nodiscard]] Result<Answer> receive(const Deadline &deadline);

	UniqueFd socket_;
	std::chrono::milliseconds timeout_;
	Decoder decoder_;
};

} // namespace failover::control
