// SPDX-License-Identifier: GPL-2.0-only
#include "master/pairing.hpp"

#include <algorithm>
#include <linux/fom_abi.h>
#include <net/if_arp.h>

namespace failover {

namespace {

/// A device of its own, not one that was made on top of others (and took over their MAC).
bool stands_alone(const netlink::Link &link) {
	return link.kind.empty() || link.kind == "veth" || link.kind == "tun" || link.kind == "netdevsim" ||
	       link.kind == "dummy";
}

bool is_hardware(const Nic &nic) {
	return nic.link.kind.empty() && !nic.bus_path.empty();
}

/// For autopair: the one paravirtual NIC that shares its MAC with passthrough NICs and nobody else.
bool has_unambiguous_primary(const Nic &standby, const std::vector<Nic> &nics) {
	std::size_t primaries = 0, standbys = 0;
	for (const auto &nic : nics) {
		if (!is_hardware(nic) || nic.permanent_mac() != standby.permanent_mac())
			continue;
		++(nic.paravirtual() ? standbys : primaries);
	}
	return standbys == 1 && primaries == 1;
}

} // namespace

std::optional<std::string> unfit_as_slave(const Nic &nic) {
	const auto &link = nic.link;
	// Masters of virtio_net's have no rtnl kind; the driver is called as the kind is.
	if (link.kind == FOM_LINK_KIND || nic.driver == FOM_LINK_KIND)
		return "it is a master of the kernel module";
	if (nic.driver == kNetFailover)
		return "it is a net_failover of the kernel's own";
	if (link.arphrd != ARPHRD_ETHER)
		return fmt::format("it is no Ethernet device (hardware type {}, expected {})", link.arphrd,
				   ARPHRD_ETHER);
	if (link.mac.is_zero() || link.mac.is_multicast())
		return fmt::format("its address {} is no unicast MAC", link.mac.to_string());
	if (link.master != 0)
		return fmt::format("it already belongs to the device with ifindex {} (bridge, bond, net_failover...)",
				   link.master);
	if (!stands_alone(link))
		return fmt::format("it is a {} device on top of others", link.kind);
	return std::nullopt;
}

std::vector<Proposal> propose_masters(const std::vector<Nic> &nics, const config::Config &config,
				      const std::set<std::string> &in_use) {
	std::vector<Proposal> proposals;
	const auto taken = [&](const Nic &nic) {
		return std::ranges::any_of(proposals, [&](const auto &made) { return made.standby == &nic; });
	};
	for (const auto &rule : config.masters) {
		if (in_use.contains(rule.origin))
			continue;
		// A rule by MAC fits both NICs of a pair: the paravirtual one is meant.
		const Nic *standby = nullptr;
		for (const auto &nic : nics)
			if (matches(rule.standby, nic) && !taken(nic) && !unfit_as_slave(nic) &&
			    (!standby || (nic.paravirtual() && !standby->paravirtual())))
				standby = &nic;
		if (standby)
			proposals.push_back({standby, rule});
	}
	if (!config.autopair)
		return proposals;
	for (const auto &nic : nics) {
		if (!is_hardware(nic) || !nic.paravirtual() || taken(nic) || unfit_as_slave(nic) ||
		    !has_unambiguous_primary(nic, nics))
			continue;
		config::MasterConfig rule;
		rule.name = nic.link.name;
		rule.standby.mac = nic.permanent_mac();
		rule.settings = config.defaults;
		rule.origin = "found by MAC address";
		proposals.push_back({&nic, rule});
	}
	return proposals;
}

const config::MasterConfig *rule_of(const std::string &master, const std::optional<Nic> &standby,
				    const config::Config &config, const std::set<std::string> &in_use) {
	const auto named = std::ranges::find(config.masters, master, &config::MasterConfig::name);
	if (named != config.masters.end())
		return &*named;
	for (const auto &rule : config.masters)
		if (standby && matches(rule.standby, *standby) && !in_use.contains(rule.origin))
			return &rule;
	return nullptr;
}

bool is_primary_of(const config::MasterConfig &rule, const MacAddress &master_mac, const Nic &nic) {
	if (unfit_as_slave(nic))
		return false;
	if (rule.primary && !rule.primary->empty())
		return matches(*rule.primary, nic);
	return is_hardware(nic) && !nic.paravirtual() &&
	       (nic.permanent_mac() == master_mac || nic.link.mac == master_mac);
}

} // namespace failover
