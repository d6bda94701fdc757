// SPDX-License-Identifier: GPL-2.0-only
// A failoverd that has one master and does what the test says.
#pragma once

#include "control/server.hpp"
#include "samples.hpp"

namespace failover::control {

class FakeService : public Service {
public:
	std::vector<MasterState> list(const Caller &) override { return masters; }
	Reply<MasterState> show(const Caller &, const std::string &master) override {
		for (const MasterState &known : masters) {
			if (known.name == master)
				return known;
		}
		return no_such_master(master);
	}
	Reply<std::vector<EventRecord>> events(const Caller &, const EventQuery &query) override {
		if (query.master && *query.master != masters.front().name)
			return no_such_master(*query.master);
		const std::size_t count = std::min<std::size_t>(past.size(), query.limit.value_or(~0U));
		return std::vector<EventRecord>(past.end() - static_cast<std::ptrdiff_t>(count), past.end());
	}
	ProbeReport probe(const Caller &) override { return {"ebpf", {{"tcx", "yes", "attached"}}}; }
	VersionInfo version(const Caller &) override { return {"0.1.0", 1, "6.12.0", 42, 1}; }

	void switch_active(const Caller &, const SwitchRequest &request, Completion<SwitchRecord> done) override {
		switched_to.push_back(request.to);
		if (hold_switch)
			held.push_back(done);
		else if (request.to == "nobody")
			done(no_such_slave(request.master, request.to));
		else
			done(*masters.front().last);
	}
	void attach(const Caller &, const AttachRequest &request, Completion<MasterState> done) override {
		if (request.primary)
			done(masters.front());
		else
			done(refused("no NIC of the same MAC was found"));
	}
	void detach(const Caller &, const std::string &, Completion<void> done) override { done({}); }
	void reload(const Caller &, Completion<std::int64_t> done) override { done(2); }
	void client_dropped(const Caller &, std::string_view reason) override { dropped.emplace_back(reason); }

	std::vector<MasterState> masters = {sample_master()};
	std::vector<EventRecord> past;
	std::vector<std::string> switched_to;
	std::vector<std::string> dropped;
	bool hold_switch = false;
	std::vector<Completion<SwitchRecord>> held;
};

} // namespace failover::control
