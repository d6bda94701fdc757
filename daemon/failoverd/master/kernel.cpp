// SPDX-License-Identifier: GPL-2.0-only
#include "master/kernel.hpp"

#include "bpf/pins.hpp"
#include "process/log.hpp"

#include <filesystem>

namespace failover {

namespace {

/// This kernel refuses BPF, and nothing was here before us.
void leave_nothing() {
	if (auto done = HiddenNetns::let_go(); !done)
		log::warning("{}", done.error().message);
	std::error_code error;
	std::filesystem::remove(bpf::kPinRoot, error); // if it is empty
}

} // namespace

Result<Kernel> Kernel::open() {
	auto visible_ns = current_netns();
	if (!visible_ns)
		return tl::unexpected(visible_ns.error());
	auto hidden = HiddenNetns::open_or_create();
	if (!hidden)
		return tl::unexpected(hidden.error());

	auto visible_route = netlink::RouteSocket::open();
	if (!visible_route)
		return tl::unexpected(visible_route.error());
	auto visible_ethtool = netlink::EthtoolSocket::open();
	if (!visible_ethtool)
		return tl::unexpected(visible_ethtool.error());
	auto scope = NetnsScope::enter(hidden->fd.get());
	if (!scope)
		return tl::unexpected(scope.error());
	auto hidden_route = netlink::RouteSocket::open();
	if (!hidden_route)
		return tl::unexpected(hidden_route.error());
	auto hidden_ethtool = netlink::EthtoolSocket::open();
	if (!hidden_ethtool)
		return tl::unexpected(hidden_ethtool.error());

	auto programs = bpf::Programs::load_or_reuse(hidden->inode);
	if (!programs) {
		if (hidden->created)
			leave_nothing();
		return tl::unexpected(programs.error());
	}
	auto maps = bpf::Maps::open_pinned(true);
	if (!maps)
		return tl::unexpected(maps.error());

	return Kernel{std::move(*visible_ns),      std::move(*hidden),
		      std::move(*visible_route),   std::move(*hidden_route),
		      std::move(*visible_ethtool), std::move(*hidden_ethtool),
		      std::move(*programs),        std::move(*maps)};
}

} // namespace failover
