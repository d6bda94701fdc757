// SPDX-License-Identifier: GPL-2.0-only
#include "control/words.hpp"

namespace failover::control {

const char *role_name(fom_role role) {
	switch (role) {
	case FOM_ROLE_PRIMARY:
		return "primary";
	case FOM_ROLE_STANDBY:
		return "standby";
	default:
		return "unknown";
	}
}

const char *cause_name(fom_cause cause) {
	switch (cause) {
	case FOM_CAUSE_STARTUP:
		return "startup";
	case FOM_CAUSE_CARRIER_LOSS:
		return "carrier-loss";
	case FOM_CAUSE_DOWN:
		return "down";
	case FOM_CAUSE_UNBIND:
		return "unbind";
	case FOM_CAUSE_UNREGISTER:
		return "unregister";
	case FOM_CAUSE_FAILBACK:
		return "failback";
	case FOM_CAUSE_OPERATOR:
		return "operator";
	case FOM_CAUSE_PROBE:
		return "probe";
	default:
		return "unknown";
	}
}

Counters counters_of(const fom_stats &stats) {
	return {stats.tx_packets,   stats.tx_bytes,     stats.rx_packets, stats.rx_bytes,
		stats.rx_duplicate, stats.rx_reflected, stats.tx_rescued, stats.tx_no_path};
}

} // namespace failover::control
