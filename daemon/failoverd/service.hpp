// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "control/service.hpp"
#include "manager/manager.hpp"
#include "manager/module_masters.hpp"

#include <functional>
#include <memory>
#include <string>

namespace failover {

/// Answers failoverctl.
class DaemonService final : public control::Service {
public:
	/// `by_bpf`: or why no masters can be made so; the module's are then all there are. `reread` reads the
	/// configuration files anew.
	DaemonService(const Result<std::unique_ptr<Manager>> &by_bpf, ModuleMasters &module, Journal &journal,
		      std::function<Result<config::Config>()> reread);

	std::vector<control::MasterState> list(const control::Caller &caller) override;
	control::Reply<control::MasterState> show(const control::Caller &caller, const std::string &master) override;
	control::Reply<std::vector<control::EventRecord>> events(const control::Caller &caller,
								 const control::EventQuery &query) override;
	control::ProbeReport probe(const control::Caller &caller) override;
	control::VersionInfo version(const control::Caller &caller) override;
	void switch_active(const control::Caller &caller, const control::SwitchRequest &request,
			   control::Completion<control::SwitchRecord> done) override;
	void attach(const control::Caller &caller, const control::AttachRequest &request,
		    control::Completion<control::MasterState> done) override;
	void detach(const control::Caller &caller, const std::string &master, control::Completion<void> done) override;
	void reload(const control::Caller &caller, control::Completion<std::int64_t> done) override;
	void client_dropped(const control::Caller &caller, std::string_view reason) override;

private:
	void switch_module(const kmod::Master &master, const control::Caller &caller,
			   const control::SwitchRequest &request,
			   const control::Completion<control::SwitchRecord> &done);

	/// None where no masters can be made by BPF.
	[[nodiscard]] Master *find(const std::string &name) { return manager_ ? manager_->find(name) : nullptr; }

	Manager *manager_;
	std::string why_no_manager_;
	ModuleMasters &module_;
	Journal &journal_;
	std::function<Result<config::Config>()> reread_;
	EventLoop::Time started_;
};

} // namespace failover
