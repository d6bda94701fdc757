// SPDX-License-Identifier: GPL-2.0-only
#include "formation/release.hpp"

#include "bpf/pins.hpp"
#include "formation/adoption.hpp"
#include "formation/formation.hpp"
#include "formation/interruption.hpp"
#include "formation/slave_setup.hpp"
#include "process/expedited_rcu.hpp"
#include "process/log.hpp"

#include <filesystem>

namespace failover {

namespace {

namespace fs = std::filesystem;

void give_back_masters(Kernel &kernel) {
	std::vector<std::string> notes;
	for (auto &master : recover_masters(kernel, {}, notes)) {
		if (auto done = dissolve_master(kernel, *master))
			log::info("{}: given back", master->name);
		else
			notes.push_back(done.error().message);
	}
	for (const auto &note : notes)
		log::warning("{}", note);
	forget_absent(kernel, {}); // as if none were there: what is adopted goes on without us
}

/// Whatever NIC is left in the hidden namespace would reappear under a name of the kernel's choice.
void empty_hidden_namespace(Kernel &kernel) {
	auto links = kernel.hidden_route.links();
	if (!links)
		return;
	for (const auto &link : *links)
		if (!link.alias.empty())
			if (auto back = unhide_link(kernel, link.ifindex, identity_of_hidden(link)); !back)
				log::warning("{}", back.error().message);
}

/// All but records of what could not be put back: there is nobody else who knows what was there.
void clear_runtime_dir() {
	std::error_code error;
	for (const auto &entry : fs::directory_iterator(kRuntimeDir, error))
		if (!Takeover::is_record(entry.path().filename().string()))
			fs::remove_all(entry, error);
	fs::remove(kRuntimeDir, error); // where it is empty
}

} // namespace

Status release_everything() {
	std::error_code error;
	if (!fs::exists(bpf::kPinRoot, error) && !fs::exists(kHiddenNetnsPath, error))
		return {};
	{
		auto kernel = Kernel::open();
		if (!kernel)
			return tl::unexpected(std::move(kernel.error()).within("releasing what the kernel holds"));
		give_back_masters(*kernel);
		empty_hidden_namespace(*kernel);
	}
	fs::remove_all(bpf::kPinRoot, error);
	if (error)
		return fail_errno(error.value(), fmt::format("removing {}", bpf::kPinRoot));
	if (auto done = HiddenNetns::let_go(); !done)
		return done;
	ExpeditedRcu::give_back_left();
	clear_runtime_dir();
	return {};
}

} // namespace failover
