// SPDX-License-Identifier: GPL-2.0-only
#include "service.hpp"

#include "process/log.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <sys/utsname.h>
#include <unistd.h>

namespace failover {

DaemonService::DaemonService(const Result<std::unique_ptr<Manager>> &by_bpf, ModuleMasters &module, Journal &journal,
			     std::function<Result<config::Config>()> reread)
    : manager_(by_bpf ? by_bpf->get() : nullptr), why_no_manager_(by_bpf ? "" : by_bpf.error().message),
      module_(module), journal_(journal), reread_(std::move(reread)), started_(EventLoop::now()) {}

std::vector<control::MasterState> DaemonService::list(const control::Caller &) {
	std::vector<control::MasterState> states;
	if (manager_)
		for (const auto &master : manager_->masters())
			states.push_back(manager_->state_of(*master));
	std::ranges::move(module_.states(), std::back_inserter(states));
	return states;
}

control::Reply<control::MasterState> DaemonService::show(const control::Caller &, const std::string &name) {
	if (const Master *master = find(name))
		return manager_->state_of(*master);
	for (auto &state : module_.states())
		if (state.name == name)
			return std::move(state);
	return control::no_such_master(name);
}

control::Reply<std::vector<control::EventRecord>> DaemonService::events(const control::Caller &,
									const control::EventQuery &query) {
	auto found = journal_.query(query.master, query.limit.value_or(std::numeric_limits<std::uint32_t>::max()));
	// Of a master that was detached the past can still be asked.
	if (found.empty() && query.master && !find(*query.master) && !module_.find(*query.master))
		return control::no_such_master(*query.master);
	return found;
}

control::ProbeReport DaemonService::probe(const control::Caller &) {
	auto report =
	    manager_ ? manager_->probe() : control::ProbeReport{"kmod", {{"BPF programs", "no", why_no_manager_}}};
	report.capabilities.push_back(module_.capability());
	if (manager_ && manager_->masters().empty() && !module_.states().empty())
		report.backend = "kmod";
	return report;
}

control::VersionInfo DaemonService::version(const control::Caller &) {
	utsname names{};
	::uname(&names);
	return {FAILOVER_VERSION, FOM_ABI_VERSION, names.release, ::getpid(), wall_clock_us(started_)};
}

void DaemonService::switch_active(const control::Caller &caller, const control::SwitchRequest &request,
				  control::Completion<control::SwitchRecord> done) {
	Master *master = find(request.master);
	if (!master) {
		if (const auto of_module = module_.find(request.master))
			return switch_module(*of_module, caller, request, done);
		return done(control::no_such_master(request.master));
	}
	const auto slot = master->slot_named(request.to);
	if (!slot && request.to == control::kNoChoice) {
		log::info("{}: uid {} leaves the choice to the policy", request.master, caller.uid);
		manager_->release_choice(*master);
		return done(manager_->state_of(*master).last.value_or(control::SwitchRecord{}));
	}
	if (!slot)
		return done(control::no_such_slave(request.master, request.to));
	log::info("{}: uid {} asks for {}", request.master, caller.uid, request.to);
	manager_->switch_to(*master, *slot, [done](Result<control::SwitchRecord> record) {
		if (!record)
			return done(control::refused(record.error().message));
		done(std::move(*record));
	});
}

void DaemonService::switch_module(const kmod::Master &master, const control::Caller &caller,
				  const control::SwitchRequest &request,
				  const control::Completion<control::SwitchRecord> &done) {
	const auto *slave = master.slave_named(request.to);
	if (!slave && request.to != control::kNoChoice)
		return done(control::no_such_slave(request.master, request.to));
	log::info("{}: uid {} asks for {}", request.master, caller.uid, request.to);
	auto record = slave ? module_.switch_to(master, *slave) : module_.release_choice(master);
	if (!record)
		return done(control::refused(record.error().message));
	done(std::move(*record));
}

void DaemonService::attach(const control::Caller &caller, const control::AttachRequest &request,
			   control::Completion<control::MasterState> done) {
	if (module_.find(request.standby))
		return done(control::refused(fmt::format("{} is a master of the kernel module", request.standby)));
	if (!manager_)
		return done(control::refused(fmt::format("no masters can be made by BPF here: {}", why_no_manager_)));
	log::info("{}: uid {} attaches it", request.standby, caller.uid);
	auto master = manager_->attach(request.standby, request.primary);
	if (!master)
		return done(control::refused(master.error().message));
	done(manager_->state_of(**master));
}

void DaemonService::detach(const control::Caller &caller, const std::string &name, control::Completion<void> done) {
	if (!find(name)) {
		if (module_.find(name))
			return done(
			    control::refused(fmt::format("{} is a master of the kernel module: it ends with its "
							 "standby's device",
							 name)));
		return done(control::no_such_master(name));
	}
	log::info("{}: uid {} detaches it", name, caller.uid);
	if (auto detached = manager_->detach(name); !detached)
		return done(control::refused(detached.error().message));
	done({});
}

void DaemonService::reload(const control::Caller &, control::Completion<std::int64_t> done) {
	auto config = reread_();
	if (!config) {
		log::error("configuration refused, the running one stays:\n{}", config.error().message);
		return done(control::refused(config.error().message));
	}
	const auto sections = static_cast<std::int64_t>(config->masters.size());
	module_.reconfigure(*config);
	if (manager_)
		manager_->reconfigure(std::move(*config));
	journal_.add("config", "", "", "configuration read again");
	done(sections);
}

void DaemonService::client_dropped(const control::Caller &caller, std::string_view reason) {
	log::notice("client with uid {} pid {} let go: {}", caller.uid, caller.pid, reason);
}

} // namespace failover
