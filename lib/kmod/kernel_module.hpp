// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/fd.hpp"
#include "kmod/master.hpp"
#include "netlink/generic_family.hpp"

#include <optional>
#include <vector>

namespace failover::kmod {

/// The kernel module (kmod/), spoken to by generic netlink. It is the truth about its masters; nothing is remembered
/// here, and the hidden namespace is not held: NICs in it go back to the first one when the module lets go of it,
/// unless somebody else keeps it.
class KernelModule {
public:
	/// Speaks for the calling thread's network namespace. Nothing where the module is not loaded.
	[[nodiscard]] static Result<std::optional<KernelModule>> open();

	/// Looks at the masters of the namespace, with their slaves wherever those are. Needs no privilege.
	[[nodiscard]] Result<std::vector<Master>> masters();
	/// All or nothing. Needs CAP_NET_ADMIN, as does what follows.
	[[nodiscard]] Status set_options(int ifindex, const Options &options);
	/// The namespace that hides slaves; nothing where there is none.
	[[nodiscard]] Result<std::optional<UniqueFd>> hidden_netns();
	/// Makes the calling thread's namespace the hidden one, for good, unless there is one by now.
	[[nodiscard]] static Status hide_slaves_here();

private:
	KernelModule(netlink::Channel channel, netlink::GenericFamily family)
	    : channel_(std::move(channel)), family_(std::move(family)) {}
	[[nodiscard]] netlink::Request request(fom_command command) const;

	netlink::Channel channel_;
	netlink::GenericFamily family_;
};

} // namespace failover::kmod
