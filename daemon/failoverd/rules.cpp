// SPDX-License-Identifier: GPL-2.0-only
// What the configuration says of masters that stand.
#include "manager.hpp"
#include "pairing.hpp"

namespace failover {

// The slaves that are there stay; a new match for the primary is for the next one that comes.
void Manager::apply_rules() {
	std::set<std::string> in_use;
	for (auto &master : masters_) {
		std::optional<Nic> standby;
		if (const auto slot = master->slot_with(FOM_ROLE_STANDBY))
			if (auto link = kernel_.hidden_route.link(master->slaves[*slot]->ifindex); link && *link) {
				standby = describe_nic(**link, kernel_.hidden_ethtool);
				standby->link.name = master->slaves[*slot]->name;
			}
		const auto *rule = rule_of(master->name, standby, config_, in_use);
		if (rule) {
			const auto primary = master->operators_primary ? master->rule.primary : rule->primary;
			master->rule = *rule;
			master->rule.primary = primary;
			in_use.insert(rule->origin);
		} else {
			master->rule.settings = config_.defaults;
			master->rule.origin = "not configured";
		}
		perform(*master,
			master->model.settings_changed(model_settings(master->rule.settings), EventLoop::now()));
	}
}

void Manager::reconfigure(config::Config config) {
	config_ = std::move(config);
	apply_rules();
	refused_.clear();
	journal_.add("config", "", "", "configuration read again");
	survey_soon();
}

} // namespace failover
