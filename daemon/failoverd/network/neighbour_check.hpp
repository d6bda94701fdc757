// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "netlink/link_monitor.hpp"
#include "netlink/route_socket.hpp"
#include "network/inquiry.hpp"
#include "process/event_loop.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace failover {

/// After a switch, has the kernel ask neighbours of the master whether they still are there (NUD_PROBE), and if they
/// are silent by broadcast or multicast, because another station may have their addresses now: carrier and probes say
/// nothing of what the fabric does with our own address. Listens to neighbours only while it wants to know.
class NeighbourCheck {
public:
	/// Of a master, by ifindex: `silent` are the addresses of all that were asked; none: one answers.
	using Told = std::function<void(int master, const std::vector<std::string> &silent)>;

	NeighbourCheck(EventLoop &loop, Told told) : loop_(loop), told_(std::move(told)) {}

	/// Told of at most one silence, and then of the answer that ends it. Who was silent before is asked again.
	void begin(int master);
	void end(int master);

private:
	struct Running {
		Inquiry inquiry;
		bool asked = false;                     ///< they have been
		bool silent = false;                    ///< and we said so
		std::vector<netlink::Neighbour> before; ///< silent when the last switch came
		EventSource timer;
	};

	void wake_at(int master, EventLoop::Time when);
	void wake(int master);
	void ask(int master, Running &running);
	[[nodiscard]] Result<std::vector<netlink::Neighbour>> who_may_answer(const std::vector<int> &devices);
	/// By broadcast or multicast. False: their link is gone, or nobody is left to ask.
	bool look_for(const std::vector<netlink::Neighbour> &silent);
	[[nodiscard]] Status listen();
	void hear();
	/// Says what has come out.
	void conclude(int master);
	void rest_if_done();

	EventLoop &loop_;
	Told told_;
	std::map<int, Running> running_;
	std::optional<netlink::RouteSocket> route_;
	std::optional<netlink::LinkMonitor> monitor_;
	EventSource source_;
};

} // namespace failover
