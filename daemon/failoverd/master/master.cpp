// SPDX-License-Identifier: GPL-2.0-only
#include "master/master.hpp"

namespace failover {

std::optional<model::Slot> Master::slot_of(int ifindex) const {
	for (model::Slot slot = 0; slot < slaves.size(); ++slot)
		if (slaves[slot] && !slaves[slot]->gone() && slaves[slot]->ifindex == ifindex)
			return slot;
	return std::nullopt;
}

std::optional<model::Slot> Master::slot_named(const std::string &name_or_role) const {
	for (model::Slot slot = 0; slot < slaves.size(); ++slot)
		if (slaves[slot] && !slaves[slot]->gone() &&
		    (slaves[slot]->name == name_or_role || role_name(slaves[slot]->role) == name_or_role))
			return slot;
	return std::nullopt;
}

std::optional<model::Slot> Master::slot_with(fom_role role) const {
	for (model::Slot slot = 0; slot < slaves.size(); ++slot)
		if (slaves[slot] && !slaves[slot]->gone() && slaves[slot]->role == role)
			return slot;
	return std::nullopt;
}

std::optional<model::Slot> Master::place_for(fom_role role) const {
	std::optional<model::Slot> unused;
	for (model::Slot slot = 0; slot < slaves.size(); ++slot) {
		if (!slaves[slot]) {
			if (!unused)
				unused = slot;
		} else if (slaves[slot]->gone() && slaves[slot]->role == role) {
			return slot;
		}
	}
	return unused;
}

std::string Master::slave_name(model::Slot slot) const {
	return slot < slaves.size() && slaves[slot] ? slaves[slot]->name : "";
}

const char *link_kind(const Master &master) {
	return master.adopted() ? "net_failover" : master.netkit ? "netkit" : "veth";
}

unsigned rank_of(fom_role role) {
	return role == FOM_ROLE_PRIMARY ? 0 : 10;
}

model::Settings model_settings(const config::Settings &settings) {
	return {settings.failback == config::Failback::automatic, settings.failback_delay, settings.proof_timeout};
}

} // namespace failover
