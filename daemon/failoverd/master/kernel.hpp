// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/netns.hpp"
#include "bpf/maps.hpp"
#include "bpf/programs.hpp"
#include "master/master.hpp"
#include "netlink/ethtool_features.hpp"
#include "netlink/route_socket.hpp"
#include "process/hidden_netns.hpp"

namespace failover {

/// Everything through which the daemon speaks to the kernel: one socket of each kind for the namespace that users see
/// and one for the hidden one, and the BPF side.
struct Kernel {
	/// Opens the sockets, finds or makes the hidden namespace, loads the programs or takes up those that run.
	[[nodiscard]] static Result<Kernel> open();

	/// The calling thread is in the hidden namespace for the life of the result.
	[[nodiscard]] Result<NetnsScope> enter_hidden() const { return NetnsScope::enter(hidden.fd.get()); }

	/// For the namespace that this master's slaves are in.
	[[nodiscard]] netlink::RouteSocket &route_of(const Master &master) {
		return master.adopted() ? visible_route : hidden_route;
	}
	[[nodiscard]] netlink::EthtoolSocket &ethtool_of(const Master &master) {
		return master.adopted() ? visible_ethtool : hidden_ethtool;
	}

	UniqueFd visible_ns;
	HiddenNetns hidden;
	netlink::RouteSocket visible_route, hidden_route;
	netlink::EthtoolSocket visible_ethtool, hidden_ethtool;
	bpf::Programs programs;
	bpf::Maps maps;
};

} // namespace failover
