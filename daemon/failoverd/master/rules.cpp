// SPDX-License-Identifier: GPL-2.0-only
// What the configuration says of masters that stand.
#include "master/rules.hpp"

#include "master/pairing.hpp"

namespace failover {

// The slaves that are there stay; a new match for the primary is for the next one that comes.
void take_rule(Kernel &kernel, Master &master, const config::Config &config, std::set<std::string> &in_use) {
	std::optional<Nic> standby;
	if (const auto slot = master.slot_with(FOM_ROLE_STANDBY))
		if (auto link = kernel.route_of(master).link(master.slaves[*slot]->ifindex); link && *link) {
			standby = describe_nic(**link, kernel.ethtool_of(master));
			standby->link.name = master.slaves[*slot]->name;
		}
	const auto *rule = rule_of(master.name, standby, config, in_use);
	if (!rule) {
		master.rule.settings = config.defaults;
		master.rule.origin = "not configured";
		return;
	}
	const auto primary = master.operators_primary ? master.rule.primary : rule->primary;
	master.rule = *rule;
	master.rule.primary = primary;
	in_use.insert(rule->origin);
}

} // namespace failover
