// SPDX-License-Identifier: GPL-2.0-only
#include "master/table.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>

namespace failover {

void enter_in_table(Kernel &kernel, const Master &master) {
	fom_master &entry = kernel.maps.masters().at(master.index);
	std::memset(&entry, 0, sizeof(entry));
	entry.visible = static_cast<std::uint32_t>(master.visible);
	entry.port = static_cast<std::uint32_t>(master.port);
	entry.active = FOM_NO_SLOT;
	entry.last_from = FOM_NO_SLOT;
	entry.chosen = FOM_NO_SLOT;
	entry.policy = FOM_POLICY_FAILOVER_ORDER;
	entry.others = 1; // until somebody has looked
	std::ranges::copy(master.mac.bytes(), entry.mac);
	for (unsigned slot = 0; slot < FOM_MAX_SLAVES; ++slot)
		(void)kernel.maps.clear_stats(master.index, slot);
	std::atomic_ref(entry.version).store(FOM_ABI_VERSION);
}

LastSwitch last_switch_of(const fom_master &entry) {
	return {entry.last_from,
		entry.active,
		static_cast<fom_cause>(entry.last_cause),
		true,
		EventLoop::Time(entry.switched_ns),
		EventLoop::Time{0},
		0};
}

} // namespace failover
